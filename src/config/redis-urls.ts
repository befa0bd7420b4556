/** The servers that `REDIS_URL` names: one, or several of a cluster, with commas between. A password may have one too. */
export function redisUrls(url: string): string[] {
  return url.split(/,\s*(?=rediss?:\/\/)/);
}

/** Where a server is; user, password and TLS of a cluster are those of the first that is named. */
export interface ServerOptions {
  host: string;
  port: number;
  username?: string;
  password?: string;
  tls?: object;
}

export function serverOptions(url: string): ServerOptions {
  const { protocol, hostname, port, username, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 6_379),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
}
