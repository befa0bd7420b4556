import type { RequestHandler } from 'express';
import type { ServerResponse } from 'node:http';
import { requestIdOf } from '../errors/send-whole.ts';
import { markTrace, traceOf, type BeginTrace } from '../infrastructure/tracing/begin-trace.ts';
import type { Span } from '../infrastructure/tracing/span-exporter.ts';
import { routeNameOf } from './name-route.ts';

/** Makes each ordinary request a trace, when it is sampled; the lane of attempts makes its own. */
export function createTraceRequests({ begin }: { begin: BeginTrace }): RequestHandler {
  return (req, res, next) => {
    const trace = begin(req.headers.traceparent);
    if (trace) {
      markTrace(res, trace);
      res.once('close', () => traceOf(res)?.ended(describe(req.method, res)));
    }
    next();
  };
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans: named by its route, never by its address. */
function describe(method: string, res: ServerResponse): Pick<Span, 'name' | 'attributes' | 'isError'> {
  const { statusCode } = res;
  const route = routeNameOf(res);
  return {
    name: route === '' ? method : `${method} ${route}`,
    attributes: {
      'http.request.method': method,
      ...(route === '' ? {} : { 'http.route': route }),
      'http.response.status_code': statusCode,
      'stampede.request_id': requestIdOf(res),
    },
    isError: statusCode >= 500,
  };
}
