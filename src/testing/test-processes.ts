import { startTestApi, type TestApi } from './test-api.ts';
import { givenOperator, type TestOperator } from './test-operator.ts';
import { startTestServices, type TestServices } from './test-services.ts';

/** Two API processes' compositions over one Redis and one PostgreSQL, and an operator at the first. */
export interface TestProcesses {
  services: TestServices;
  apis: [TestApi, TestApi];
  operator: TestOperator;
  close(): Promise<void>;
}

export async function startTestProcesses(): Promise<TestProcesses> {
  const services = await startTestServices();
  const apis: TestProcesses['apis'] = [await startTestApi(services), await startTestApi(services)];
  return {
    ...{ services, apis },
    operator: await givenOperator(apis[0], services.db),
    async close() {
      for (const api of apis) await api.close();
      await services.close();
    },
  };
}
