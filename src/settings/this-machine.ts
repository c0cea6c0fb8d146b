/** Whether a host is the folder of a Unix socket, as PostgreSQL's programs write it. */
export function isSocket(host: string): boolean {
  return host.startsWith('/');
}

/** Whether a host is this machine: what is sent there in plain text, nobody else can read. */
export function isThisMachine(host: string): boolean {
  return isSocket(host) || /^(localhost|127\..*|::1)$/.test(host);
}
