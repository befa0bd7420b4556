import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import compression from 'compression';
import express, { Router, type Response } from 'express';

const INDEX = 'index.html';
const NAMES_A_FILE = /\.[^/]*$/;
const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Stampede</title>
<h1>The page is not built</h1>
<p>The API works. Run <code>npm run build</code>, then reload.</p>
</html>
`;

/** Whether there is a page to serve. */
export function isClientBuilt(clientDir: string): boolean {
  return existsSync(join(clientDir, INDEX));
}

/**
 * Serves the built page, compressed: files whose name holds their hash for a year, the others to be asked for again
 * each time (by ETag), and the page itself for every address a browser may open. Without a build it says so, as 503.
 */
export function serveClient({ clientDir }: { clientDir: string }): Router {
  const router = Router();
  const assetsDir = join(clientDir, 'assets') + sep;

  router.use(compression());
  router.use(
    express.static(clientDir, {
      index: false,
      redirect: false,
      setHeaders: (res, path) => {
        const isHashed = path.startsWith(assetsDir);
        res.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  router.use((req, res, next) => {
    const wantsPage = req.method === 'GET' || req.method === 'HEAD';
    if (!wantsPage || NAMES_A_FILE.test(req.path) || !req.accepts('html')) {
      next();
      return;
    }
    if (isClientBuilt(clientDir))
      res.sendFile(INDEX, { root: clientDir, cacheControl: false, headers: NO_CACHE });
    else sendNotBuilt(res);
  });
  return router;
}

const NO_CACHE = { 'Cache-Control': 'no-cache' };

function sendNotBuilt(res: Response): void {
  res.status(503).set('Retry-After', '5').set('Cache-Control', 'no-store').type('html').send(NOT_BUILT);
}
