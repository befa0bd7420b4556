import { answerOrders } from './answer-orders.ts';
import { runClosedLoop } from './closed-loop.ts';

answerOrders(runClosedLoop);
