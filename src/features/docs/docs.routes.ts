import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import compression from 'compression';
import { Router, type RequestHandler } from 'express';
import { RefusalError } from '../../errors/refusal.ts';
import { createOpenApiDocument } from '../../contracts/openapi.ts';

const SWAGGER_FILES: ReadonlySet<string> = new Set([
  'swagger-ui-bundle.js',
  'swagger-ui.css',
  'favicon-32x32.png',
]);
const DAY_MS = 24 * 3600 * 1000;

/** Absolute addresses: the page is served without a slash at its end. No inline script: our policy forbids it. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Stampede API</title>
    <link rel="icon" href="/api/docs/favicon-32x32.png" />
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/initializer.js"></script>
  </body>
</html>
`;
const INITIALIZER = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  persistAuthorization: true,
  validatorUrl: null,
});
`;

/** `/api/openapi.json`, and `/api/docs` with the files of its page. */
export function createDocsRoutes({ version }: { version: string }): Router {
  const router = Router();
  const document = JSON.stringify(createOpenApiDocument({ version }));
  const swaggerDir = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const compressed = compression();

  router.get('/openapi.json', compressed, (_req, res) => {
    res.set('Cache-Control', 'no-cache').type('json').send(document);
  });
  router.get('/docs', (_req, res) => {
    res.set('Cache-Control', 'no-cache').type('html').send(PAGE);
  });
  router.get<{ file: string }>('/docs/:file', compressed as RequestHandler<{ file: string }>, (req, res) => {
    const { file } = req.params;
    if (file === 'initializer.js') {
      res.set('Cache-Control', 'no-cache').type('js').send(INITIALIZER);
      return;
    }
    if (!SWAGGER_FILES.has(file)) throw new RefusalError({ code: 'not_found' });
    res.sendFile(file, { root: swaggerDir, maxAge: DAY_MS });
  });
  return router;
}
