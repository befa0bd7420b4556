import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { OrderBody } from '../../../../src/contracts/http.ts';
import { standingOf } from '../../features/purchase/standing.ts';
import { saleMoment } from '../../features/sale/sale-moment.ts';
import { pageWords } from '../../words/page-words.ts';
import { NextStep } from '../pages/next-step.tsx';
import { SalePanel } from '../pages/sale-panel.tsx';
import { SalePlaceholder } from '../pages/sale-placeholder.tsx';
import { SCENE_NOW, SCENE_ORDER_ID, SCENES, type Scene } from './scenes.ts';

/** Every state of the sale page side by side, or one alone with `?scene=`. Nothing on it asks the API for anything. */
export function ComponentsPage() {
  const [search] = useSearchParams();
  const id = search.get('scene');
  if (id === 'loading') return <SalePlaceholder />;
  const alone = SCENES.find((scene) => scene.id === id);
  if (alone) return <SceneView scene={alone} />;
  const { components } = pageWords;
  return (
    <div className="components">
      <h1 className="page-title">{components.title}</h1>
      <p>{components.text}</p>
      {SCENES.map((scene) => (
        <section key={scene.id} className="scene" aria-label={scene.title}>
          <div className="scene-title">
            <h2>{scene.title}</h2>
            <Link to={{ search: `?scene=${scene.id}` }} aria-label={`${components.alone}: ${scene.title}`}>
              {components.alone}
            </Link>
          </div>
          <SceneView scene={scene} />
        </section>
      ))}
    </div>
  );
}

const ignore = () => {};

function SceneView({ scene }: { scene: Scene }) {
  const { status, role, growth } = scene;
  const [quantity, setQuantity] = useState(1);
  const moment = saleMoment(status, SCENE_NOW);
  const standing = standingOf({
    ...scene,
    saleState: moment.state,
    perShopperLimit: status.perShopperLimit,
    nowMs: SCENE_NOW,
  });
  return (
    <SalePanel
      status={status}
      moment={moment}
      growth={growth}
      deviceAheadMs={scene.deviceAheadMs}
      standing={standing}
      isSignedIn={role !== undefined}
      quantity={quantity}
      onQuantity={setQuantity}
      onBuy={ignore}
      nextStep={
        <NextStep
          standing={standing}
          status={status}
          order={standing.orderId === undefined ? undefined : orderOf(scene)}
          onTakeFewer={ignore}
        />
      }
    />
  );
}

function orderOf({ status }: Scene): OrderBody {
  return {
    orderId: SCENE_ORDER_ID,
    attemptId: SCENE_ORDER_ID,
    saleId: status.saleId,
    productId: status.product.id,
    productName: status.product.name,
    quantity: 1,
    unitPriceMinor: status.product.priceMinor,
    currency: status.product.currency,
    status: 'confirmed',
    createdAt: status.serverTime,
  };
}
