import { Suspense } from 'react';
import { OrderList } from '../../features/order/order-list.tsx';
import { useOrders } from '../../features/order/use-orders.ts';
import { useSession } from '../../lib/services.ts';
import { loadApart } from '../../lib/load-apart.ts';
import { words } from '../../words/words.ts';

const SignInForm = loadApart(
  async () => (await import('../../features/account/sign-in-form.tsx')).SignInForm,
);

/** The shopper's orders by themselves. */
export function OrdersPage() {
  const { signedIn } = useSession();
  const orders = useOrders(signedIn?.user.id, '');
  return (
    <>
      <h1 className="page-title">{words.order.title}</h1>
      {signedIn ? <OrderList {...orders} /> : <SignInCard text={words.order.signedOut} />}
    </>
  );
}

/** Says what signing in is for, and lets one. */
export function SignInCard({ text }: { text: string }) {
  return (
    <section className="card sign-in-card">
      <p>{text}</p>
      <Suspense fallback={null}>
        <SignInForm />
      </Suspense>
    </section>
  );
}
