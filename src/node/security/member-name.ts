import type { NodeId } from "../../model/index.ts";

/** Whom a certificate names: a member of a cluster, or somebody who may ask it. */
export type CertificateName =
  | { readonly kind: "member"; readonly cluster: string; readonly member: NodeId }
  | { readonly kind: "client"; readonly cluster: string; readonly client: string };

/** As a URI for the subject's alternative names. */
export const uriOf = (name: CertificateName): string => {
  const cluster = encodeURIComponent(name.cluster);
  return name.kind === "member"
    ? `quorate://${cluster}/member/${name.member}`
    : `quorate://${cluster}/client/${encodeURIComponent(name.client)}`;
};

const parse = (uri: string): CertificateName | null => {
  const [, cluster, kind, who] = /^quorate:\/\/([^/]+)\/(member|client)\/([^/]+)$/.exec(uri) ?? [];
  if (cluster === undefined || who === undefined) return null;
  try {
    const decoded = decodeURIComponent(cluster);
    if (kind === "client") return { kind, cluster: decoded, client: decodeURIComponent(who) };
    return /^(0|[1-9]\d{0,14})$/.test(who) ? { kind: "member", cluster: decoded, member: Number(who) } : null;
  } catch {
    return null;
  }
};

/**
 * Whom the alternative names of a certificate, as Node prints them, name. One name exactly: with two of them a
 * certificate would pass for both.
 */
export const nameIn = (alternativeNames: string | undefined): CertificateName | null => {
  // A name with a comma or a quote in it is printed in quotes; ours have neither.
  const uris = (alternativeNames ?? "").split(", ").filter((part) => part.startsWith("URI:quorate://"));
  return uris.length === 1 ? parse(uris[0]!.slice("URI:".length)) : null;
};
