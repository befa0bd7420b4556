import { useNavigate, useParams } from 'react-router';
import type { OperatorProductBody } from '../../../../../src/contracts/operator-http.ts';
import { Loaded } from '../../../features/desk/loaded.tsx';
import { useOperatorQuery } from '../../../features/desk/use-operator-query.ts';
import { PictureUpload } from '../../../features/product/picture-upload.tsx';
import { ProductForm } from '../../../features/product/product-form.tsx';
import { officeWords } from '../../../words/office-words.ts';
import { BackLink } from './back-link.tsx';
import { PageTitle } from './page-title.tsx';
import '../office.css';

/** Makes a product (`/new`), or shows and edits one. */
export function ProductPage() {
  const { productId = '' } = useParams();
  const navigate = useNavigate();
  const { product: words } = officeWords;
  if (productId !== 'new') return <EditProduct key={productId} productId={productId} />;
  return (
    <>
      <BackLink to="/operator/products" label={words.title} />
      <PageTitle title={words.make} />
      <ProductForm onDone={({ id }) => void navigate(`/operator/products/${id}`)} />
      <p className="hint">{words.pictureLater}</p>
    </>
  );
}

function EditProduct({ productId }: { productId: string }) {
  const { product: words } = officeWords;
  const read = useOperatorQuery<OperatorProductBody>(`/api/admin/products/${productId}`);
  return (
    <>
      <BackLink to="/operator/products" label={words.title} />
      <PageTitle title={read.data?.name ?? words.edit} />
      <Loaded of={read}>
        {(product) => (
          <div className="office-pair">
            <ProductForm product={product} />
            <PictureUpload product={product} />
          </div>
        )}
      </Loaded>
    </>
  );
}
