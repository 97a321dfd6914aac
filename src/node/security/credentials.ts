import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { NodeId } from "../../model/index.ts";
import { CertificateError } from "../errors.ts";
import type { Security } from "../node-host-options.ts";
import { type CertificateName, nameIn } from "./member-name.ts";

/** What TLS needs; never printed. */
export interface Credentials {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
  /** When the first of them is no longer valid, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

const read = async (what: string, path: string): Promise<Buffer> => {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CertificateError(`cannot read the ${what} ${path}: ${(cause as Error).message}`, { cause });
  }
};

const parse = (what: string, path: string, bytes: Buffer): X509Certificate => {
  try {
    return new X509Certificate(bytes);
  } catch (cause) {
    throw new CertificateError(`the ${what} ${path} is no certificate in PEM`, { cause });
  }
};

const parseKey = (path: string, bytes: Buffer): KeyObject => {
  try {
    return createPrivateKey(bytes);
  } catch {
    // Without the cause: it could quote what is in the file.
    throw new CertificateError(`the key ${path} is no private key in PEM`);
  }
};

/** Reads files and checks that they fit each other, this moment, and the bearer; `bearer` is said where they do not. */
const readFiles = async (
  { authorityFile, certificateFile, keyFile }: Extract<Security, { readonly kind: "tls" }>,
  isBearer: (name: CertificateName) => boolean,
  bearer: string,
): Promise<Credentials> => {
  const [ca, cert, key] = await Promise.all([
    read("authority", authorityFile),
    read("certificate", certificateFile),
    read("key", keyFile),
  ]);
  const authority = parse("authority", authorityFile, ca);
  const certificate = parse("certificate", certificateFile, cert);
  if (!certificate.checkPrivateKey(parseKey(keyFile, key)))
    throw new CertificateError(`the key ${keyFile} is not that of the certificate ${certificateFile}`);
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey))
    throw new CertificateError(`the certificate ${certificateFile} was not issued by ${authorityFile}`);
  for (const [path, { validFrom, validTo }] of [
    [authorityFile, authority],
    [certificateFile, certificate],
  ] as const)
    if (Date.now() < Date.parse(validFrom) || Date.now() > Date.parse(validTo))
      throw new CertificateError(
        `${path} is valid from ${validFrom} to ${validTo}, which is not now: issue it anew (\`quorate certs\`)`,
      );
  const name = nameIn(certificate.subjectAltName);
  if (name === null || !isBearer(name))
    throw new CertificateError(
      `the certificate ${certificateFile} names ${certificate.subjectAltName ?? "nobody"}, not ${bearer}`,
    );
  const expiresAtMs = Math.min(Date.parse(authority.validTo), Date.parse(certificate.validTo));
  return { ca, cert, key, expiresAtMs };
};

/**
 * Reads the files of a member and checks that they fit each other, this moment, and this member.
 *
 * @throws CertificateError that names the file; never with anything of the key.
 */
export const readCredentials = (
  security: Extract<Security, { readonly kind: "tls" }>,
  cluster: string,
  member: NodeId,
): Promise<Credentials> =>
  readFiles(
    security,
    (name) => name.kind === "member" && name.cluster === cluster && name.member === member,
    `member ${member} of ${JSON.stringify(cluster)}`,
  );

/**
 * Reads the files of whoever asks a cluster and checks them as a replica would, which can say no more than that the
 * connection ended: in TLS 1.3 it refuses a client's certificate only after the client has done its part.
 *
 * @throws CertificateError that names the file; never with anything of the key.
 */
export const readClientCredentials = (
  security: Extract<Security, { readonly kind: "tls" }>,
  cluster: string,
): Promise<Credentials> =>
  readFiles(security, (name) => name.cluster === cluster, `a client of ${JSON.stringify(cluster)}`);
