import { useEffect, useId, useRef, useState } from 'react';
import { PICTURE_RULE, type OperatorProductBody } from '../../../../src/contracts/operator-http.ts';
import { UPLOAD_TIMEOUT_MS } from '../../config/timing.ts';
import { officeWords } from '../../words/office-words.ts';
import { useOperatorChange } from '../desk/use-operator-change.ts';
import { fieldErrors } from '../form/field-errors.ts';
import { TroubleNotice } from '../form/trouble-notice.tsx';
import { useOutdated } from '../form/use-outdated.ts';

const PRODUCTS = '/api/admin/products';

/** Gives a product a picture: the one it has and the one that was chosen, side by side before it is sent. */
export function PictureUpload({ product }: { product: OperatorProductBody }) {
  const { picture: words } = officeWords;
  const [file, setFile] = useState<File>();
  const [unreadable, setUnreadable] = useState<File>();
  const preview = usePreview(file);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const path = `${PRODUCTS}/${product.id}`;
  const isTooLarge = file !== undefined && file.size > PICTURE_RULE.mostBytes;
  const send = useOperatorChange<{ picture: File; version: number }, OperatorProductBody>({
    request: ({ picture, version }) => ({
      ...{ method: 'POST', path: `${path}/picture`, timeoutMs: UPLOAD_TIMEOUT_MS },
      headers: { 'if-match': `"v${version}"` },
      // What it is, its bytes say: a name without an ending has no type, and a request needs one.
      body: picture.type === '' ? new Blob([picture], { type: 'application/octet-stream' }) : picture,
    }),
    touches: [PRODUCTS],
    told: () => words.sent,
    onDone: () => choose(undefined),
  });
  useOutdated(send.error, path);

  // One that is too large is not sent at all: the answer would come before its last byte, and may be lost.
  const refused = isTooLarge ? PICTURE_RULE.message : fieldErrors(send.error).body;

  const choose = (chosen: File | undefined) => {
    setFile(chosen);
    send.reset();
    if (!chosen && input.current) input.current.value = '';
  };
  return (
    <section className="card picture-upload" aria-labelledby={`${id}title`}>
      <h2 id={`${id}title`}>{words.title}</h2>
      <div className="picture-pair">
        <figure>
          {product.imageUrl === '' ? (
            <div className="picture-none">{words.none}</div>
          ) : (
            <img src={product.imageUrl} alt={words.nowAlt(product.name)} data-testid="picture-now" />
          )}
          <figcaption>{words.now}</figcaption>
        </figure>
        {file && (
          <figure>
            {preview === undefined || unreadable === file ? (
              <div className="picture-none">{words.notShown}</div>
            ) : (
              <img
                src={preview}
                alt={words.chosenAlt(file.name)}
                data-testid="picture-chosen"
                onError={() => setUnreadable(file)}
              />
            )}
            <figcaption>{words.chosen}</figcaption>
          </figure>
        )}
      </div>
      <div className="field">
        <label htmlFor={id}>{words.choose}</label>
        <input
          ref={input}
          id={id}
          type="file"
          accept="image/png,image/jpeg,image/webp"
          aria-describedby={`${id}rule`}
          onChange={(event) => choose(event.target.files?.[0])}
        />
        <span id={`${id}rule`} className="hint">
          {words.rule(PICTURE_RULE.message)}
        </span>
      </div>
      {refused !== undefined ? (
        <p role="alert" className="notice notice-bad" data-testid="trouble">
          {words.refused(refused)}
        </p>
      ) : (
        <TroubleNotice error={send.error} />
      )}
      {file && (
        <div className="form-actions">
          <button
            type="button"
            className="button-main"
            disabled={send.isPending || isTooLarge}
            onClick={() => send.mutate({ picture: file, version: product.version })}
          >
            {send.isPending ? words.sending : words.send}
          </button>
          <button
            type="button"
            className="button-plain"
            disabled={send.isPending}
            onClick={() => choose(undefined)}
          >
            {words.drop}
          </button>
        </div>
      )}
    </section>
  );
}

/** The chosen file as an address that may be shown: the page's policy allows `data:`, and no `blob:`. */
function usePreview(file: File | undefined): string | undefined {
  const [preview, setPreview] = useState<{ file: File; url: string }>();
  useEffect(() => {
    // A larger one is refused anyway; a type the browser cannot draw is shown in words.
    if (!file?.type.startsWith('image/') || file.size > 8 * PICTURE_RULE.mostBytes) return;
    const reader = new FileReader();
    reader.onload = () => {
      if (typeof reader.result === 'string') setPreview({ file, url: reader.result });
    };
    reader.readAsDataURL(file);
    return () => reader.abort();
  }, [file]);
  return preview?.file === file ? preview?.url : undefined;
}
