import { Picture, type PictureName } from '../../components/picture.tsx';
import { words } from '../../words/words.ts';

export interface SalePlaceholderProps {
  picture?: PictureName;
  title?: string;
  text?: string;
}

/** In the place of a sale that is not there to show: loading, unknown, out of reach. As tall as a sale, so nothing jumps. */
export function SalePlaceholder({
  picture = 'clock',
  title = words.sale.loading,
  text,
}: SalePlaceholderProps) {
  return (
    <section className="empty sale-placeholder" role="status">
      <Picture name={picture} />
      <h1>{title}</h1>
      {text !== undefined && <p>{text}</p>}
    </section>
  );
}
