import fc from 'fast-check';
import { arbitraryOf, NASTY, spoiled, type FindSchema, type FuzzSchema } from './arbitrary-of-schema.ts';

export type FuzzAsker = 'nobody' | 'somebody with a made-up token' | 'shopper' | 'operator' | 'admin';

export interface FuzzRequest {
  route: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
  asker: FuzzAsker;
}

interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  schema?: FuzzSchema;
}

export interface FuzzDocument {
  paths: Record<
    string,
    Record<
      string,
      { parameters?: Parameter[]; requestBody?: { content: Record<string, { schema?: FuzzSchema }> } }
    >
  >;
  components: { schemas: Record<string, FuzzSchema> };
}

const ASKERS: FuzzAsker[] = ['nobody', 'somebody with a made-up token', 'shopper', 'operator', 'admin'];
/** What Node lets through in a header. */
const HEADER = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,150}[\x21-\x7e])?$/);

/**
 * Requests to every route of an OpenAPI document: as it says, and with one thing wrong here and there.
 *
 * @param ids  of rows that there are, so that requests come further than the first look-up
 */
export function fuzzRequests(document: FuzzDocument, ids: readonly string[]): fc.Arbitrary<FuzzRequest> {
  const find: FindSchema = (ref) => document.components.schemas[ref.split('/').at(-1) ?? ''] ?? {};
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) =>
      requestsTo(
        { path, method: method.toUpperCase(), parameters, content: requestBody?.content ?? {} },
        find,
        ids,
      ),
    ),
  );
  return fc.oneof(...routes);
}

interface Route {
  path: string;
  method: string;
  parameters: Parameter[];
  content: Record<string, { schema?: FuzzSchema }>;
}

function requestsTo({ path, method, parameters, content }: Route, find: FindSchema, ids: readonly string[]) {
  const valueOf = ({ schema = {} }: Parameter) =>
    fc.oneof(
      { weight: 2, arbitrary: arbitraryOf(schema, find, ids).map(String) },
      { weight: 1, arbitrary: NASTY },
    );
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const [type = 'application/json', { schema = {} } = {}] = Object.entries(content)[0] ?? [];
  const hasBody = method !== 'GET';
  const isJson = type === 'application/json';
  return fc
    .record({
      path: fc.tuple(...inPath.map(valueOf)),
      query: fc.tuple(
        ...parameters
          .filter((one) => one.in === 'query')
          .map((one) => fc.option(queryOf(one.name, valueOf(one)))),
      ),
      headers: fc.tuple(
        ...parameters.filter((one) => one.in === 'header').map((one) => fc.option(headerOf(one.name, ids))),
      ),
      body: isJson ? spoiled(arbitraryOf(schema, find, ids)) : fc.string({ unit: 'binary', maxLength: 500 }),
      type: fc.oneof(
        { weight: 9, arbitrary: fc.constant(isJson ? type : 'image/png') },
        { weight: 1, arbitrary: HEADER },
      ),
      asker: fc.constantFrom(...ASKERS),
    })
    .map((given): FuzzRequest => {
      const values = given.path.map(encode);
      const filled = path.replace(/\{\w+\}/g, () => values.shift() ?? '');
      const query = given.query.filter((part) => part !== null).join('&');
      return {
        ...{ route: `${method} ${path}`, method, asker: given.asker },
        path: query === '' ? filled : `${filled}?${query}`,
        headers: Object.assign(
          hasBody ? { 'Content-Type': given.type } : {},
          ...given.headers.filter((header) => header !== null),
        ) as Record<string, string>,
        ...(hasBody ? { body: given.body } : {}),
      };
    });
}

const queryOf = (name: string, value: fc.Arbitrary<string>) => value.map((text) => `${name}=${encode(text)}`);

const headerOf = (name: string, ids: readonly string[]) =>
  fc.oneof(HEADER, fc.constantFrom('"1"', '*', ...ids)).map((value) => ({ [name]: value }));

/** Half a surrogate pair cannot be written in a URL. */
const encode = (text: string): string => encodeURIComponent(Buffer.from(text).toString());
