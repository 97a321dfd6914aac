/** Why a TLS handshake failed, in one line: what OpenSSL says around its reason helps nobody. */
export const handshakeFailureText = (error: Error): string => {
  const { reason } = error as Error & { readonly reason?: unknown };
  if (typeof reason === "string") return reason;
  return error.message === "socket hang up" ? "the other end hung up before it was known" : error.message.trim();
};
