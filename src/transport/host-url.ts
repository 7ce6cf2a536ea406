/** The address of a device, as URLs write it. */

/** @param host name or IP address; one of IPv6 stands in brackets in a URL */
export function hostUrl(protocol: "http" | "ws", host: string, port: number): string {
  return `${protocol}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
