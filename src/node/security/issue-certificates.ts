import { createPrivateKey, webcrypto, X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { NodeId } from "../../model/index.ts";
import { CertificateError } from "../errors.ts";
import { nodeFiles } from "../storage/node-files.ts";
import { type CertificateName, uriOf } from "./member-name.ts";

/** Which certificates are wanted. */
export interface CertificatePlan {
  readonly cluster: string;
  /** Where the files go; made if absent. An authority that is there already issues the new ones. */
  readonly directory: string;
  readonly members: readonly NodeId[];
  /** Names of those who may ask the cluster. */
  readonly clients?: readonly string[];
  /** Names and addresses by which tools that check the host reach a member; this computer by default. */
  readonly hosts?: readonly string[];
  /** Days for which a certificate is valid: 365 by default; the authority has ten times as many. */
  readonly days?: number;
}

/** Where the PEM files of one bearer lie. */
export interface CertificateFiles {
  readonly authorityFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Where everything lies that was issued. */
export interface IssuedCertificates {
  readonly authorityFile: string;
  /** Whoever reads it can make members: keep it away from replicas that do not issue. */
  readonly authorityKeyFile: string;
  readonly members: ReadonlyMap<NodeId, CertificateFiles>;
  readonly clients: ReadonlyMap<string, CertificateFiles>;
}

type Library = typeof import("@peculiar/x509");
type Generated = import("@peculiar/x509").X509Certificate;

interface Authority {
  readonly certificate: Generated;
  readonly key: webcrypto.CryptoKey;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMs = 86_400_000;
const daysByDefault = 365;
/** Clocks of other computers may be behind by so much. */
const backdatedMs = 3_600_000;
/** What is a file name everywhere. */
const clientName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

// Loaded when needed: only who issues certificates waits for it, and a server that has its own needs no library.
const load = async (): Promise<Library> => {
  await import("reflect-metadata");
  return import("@peculiar/x509");
};

const makeKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;

const writeText = (path: string, text: string): Promise<void> =>
  nodeFiles.writeSmall(path, new TextEncoder().encode(text.endsWith("\n") ? text : `${text}\n`));

const writeKey = async (path: string, key: webcrypto.CryptoKey): Promise<void> => {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  await writeText(
    path,
    createPrivateKey({ key: bytes, format: "der", type: "pkcs8" }).export({ format: "pem", type: "pkcs8" }) as string,
  );
};

const serialNumber = (): string => {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  // Positive, and without leading zeros.
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return Buffer.from(bytes).toString("hex");
};

const validity = (days: number): { readonly notBefore: Date; readonly notAfter: Date } => ({
  notBefore: new Date(Date.now() - backdatedMs),
  notAfter: new Date(Date.now() + days * dayMs),
});

const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host);

const readAuthority = async (
  library: Library,
  files: { readonly certificate: string; readonly key: string },
): Promise<Authority | null> => {
  const [certificate, key] = await Promise.all([
    nodeFiles.readSmall(files.certificate),
    nodeFiles.readSmall(files.key),
  ]);
  if (certificate === null && key === null) return null;
  if (certificate === null || key === null)
    throw new CertificateError(`${files.certificate} and ${files.key} belong together, and one of them is gone`);
  try {
    const pem = Buffer.from(certificate);
    const secret = createPrivateKey(Buffer.from(key));
    if (!new X509Certificate(pem).checkPrivateKey(secret)) throw new Error("they do not fit each other");
    const der = secret.export({ format: "der", type: "pkcs8" });
    return {
      certificate: new library.X509Certificate(pem.toString("latin1")),
      key: await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]),
    };
  } catch {
    // Without the cause: it could quote what is in the key.
    throw new CertificateError(`${files.certificate} and ${files.key} are no authority with its key`);
  }
};

const makeAuthority = async (
  library: Library,
  cluster: string,
  days: number,
  files: { readonly certificate: string; readonly key: string },
): Promise<Authority> => {
  const keys = await makeKeys();
  const certificate = await library.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [`quorate authority of ${cluster}`] }],
    ...validity(days),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new library.BasicConstraintsExtension(true, 0, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.keyCertSign | library.KeyUsageFlags.cRLSign, true),
      await library.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writeKey(files.key, keys.privateKey);
  await writeText(files.certificate, certificate.toString("pem"));
  return { certificate, key: keys.privateKey };
};

const issue = async (
  library: Library,
  authority: Authority,
  name: CertificateName,
  hosts: readonly string[],
  days: number,
  files: CertificateFiles,
): Promise<void> => {
  const keys = await makeKeys();
  const isMember = name.kind === "member";
  const { serverAuth, clientAuth } = library.ExtendedKeyUsage;
  const certificate = await library.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [isMember ? `member ${name.member}` : name.client] }],
    issuer: authority.certificate.subjectName,
    ...validity(days),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new library.BasicConstraintsExtension(false, undefined, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.digitalSignature, true),
      // A client must not be able to pass for a server.
      new library.ExtendedKeyUsageExtension(isMember ? [serverAuth, clientAuth] : [clientAuth], true),
      new library.SubjectAlternativeNameExtension([
        { type: "url", value: uriOf(name) },
        ...(isMember
          ? hosts.map((value) => ({ type: isAddress(value) ? ("ip" as const) : ("dns" as const), value }))
          : []),
      ]),
      await library.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  await writeKey(files.keyFile, keys.privateKey);
  await writeText(files.certificateFile, certificate.toString("pem"));
};

/**
 * Makes a local authority, if there is none yet, and a certificate with its key for each member and client. Each names
 * the cluster and the bearer as a URI, `quorate://CLUSTER/member/ID`; the files are readable by their owner only. Issued
 * again, a certificate replaces the one that was there.
 *
 * @throws CertificateError for names that cannot be files, or a damaged authority.
 */
export const issueCertificates = async (plan: CertificatePlan): Promise<IssuedCertificates> => {
  const { cluster, directory, clients = [], hosts = ["localhost", "127.0.0.1", "::1"], days = daysByDefault } = plan;
  const odd = clients.find((client) => !clientName.test(client));
  if (odd !== undefined)
    throw new CertificateError(
      `${JSON.stringify(odd)} is no name for a client: letters, digits, dots, lines, at most 63`,
    );
  const library = await load();
  await nodeFiles.makeDirectory(directory);
  const authorityFiles = { certificate: join(directory, "authority.crt"), key: join(directory, "authority.key") };
  const authority =
    (await readAuthority(library, authorityFiles)) ??
    (await makeAuthority(library, cluster, 10 * days, authorityFiles));
  const filesOf = (bearer: string): CertificateFiles => ({
    authorityFile: authorityFiles.certificate,
    certificateFile: join(directory, `${bearer}.crt`),
    keyFile: join(directory, `${bearer}.key`),
  });
  const members = new Map(plan.members.map((member) => [member, filesOf(`member-${member}`)]));
  const clientFiles = new Map(clients.map((client) => [client, filesOf(`client-${client}`)]));
  for (const [member, files] of members)
    await issue(library, authority, { kind: "member", cluster, member }, hosts, days, files);
  for (const [client, files] of clientFiles)
    await issue(library, authority, { kind: "client", cluster, client }, hosts, days, files);
  return {
    authorityFile: authorityFiles.certificate,
    authorityKeyFile: authorityFiles.key,
    members,
    clients: clientFiles,
  };
};
