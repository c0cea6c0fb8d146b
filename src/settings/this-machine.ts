/** Whether a host is this machine: what is sent there in plain text, nobody else can read. */
export function isThisMachine(host: string): boolean {
  return /^(localhost|127\..*|\[?::1\]?)$/.test(host);
}
