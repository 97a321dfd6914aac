import { connect, createServer, type Server, type Socket } from "node:net";
import {
  connect as connectTls,
  createServer as createTlsServer,
  type PeerCertificate,
  type SecureContextOptions,
  type TLSSocket,
  type Server as TlsServer,
} from "node:tls";
import type { NodeId } from "../model/index.ts";
import { CertificateError, nameIn, readClientCredentials, readCredentials, type Security } from "../node/index.ts";
import type { Dial } from "./server-connections.ts";

/** A server for clients, and how it tells who may be one. */
export interface ClientSocketServer {
  readonly server: Server;
  /** Why the other end is nobody who may ask this cluster, or null where it may. */
  readonly whyNot: (socket: Socket) => string | null;
  /** Reads the certificate again; connections that stand stay. @throws CertificateError. */
  readonly reload: () => Promise<void>;
  /** When its certificate, or the authority's, is no longer valid, in milliseconds since 1970; null without TLS. */
  readonly expiresAtMs: () => number | null;
}

const tlsVersion = { minVersion: "TLSv1.3" } as const;

const whyNotOf =
  (cluster: string) =>
  (socket: Socket): string | null => {
    const name = nameIn((socket as TLSSocket).getPeerCertificate().subjectaltname);
    if (name === null) return "its certificate names no client of any cluster";
    return name.cluster === cluster ? null : `its certificate is for cluster ${name.cluster}, not ${cluster}`;
  };

/**
 * A server that listens for nothing yet. With TLS both ends show a certificate; clients and members of the same cluster
 * may come in.
 *
 * @throws CertificateError where the files do not fit.
 */
export const openServer = async (security: Security, cluster: string, member: NodeId): Promise<ClientSocketServer> => {
  if (security.kind === "open")
    return { server: createServer(), whyNot: () => null, reload: async () => {}, expiresAtMs: () => null };
  const { expiresAtMs: firstExpiresAtMs, ...first } = await readCredentials(security, cluster, member);
  let expiresAtMs = firstExpiresAtMs;
  const server: TlsServer = createTlsServer({
    ...first,
    ...tlsVersion,
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: 5_000,
  });
  return {
    server,
    whyNot: whyNotOf(cluster),
    reload: async () => {
      const { expiresAtMs: freshExpiresAtMs, ...fresh } = await readCredentials(security, cluster, member);
      server.setSecureContext({ ...fresh, ...tlsVersion });
      expiresAtMs = freshExpiresAtMs;
    },
    expiresAtMs: () => expiresAtMs,
  };
};

/** The replica must be the member of this cluster that was called: whatever its address is. */
const identityError = (certificate: PeerCertificate, cluster: string, member: NodeId): Error | undefined => {
  const name = nameIn(certificate.subjectaltname);
  if (name?.kind === "member" && name.cluster === cluster && name.member === member) return undefined;
  return new CertificateError(
    `it shows the certificate of ${certificate.subjectaltname ?? "nobody"}, and not that of replica ${member} of ${cluster}`,
  );
};

const opened = (socket: Socket, event: string, signal: AbortSignal): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => void socket.destroy(new Error("given up"));
    signal.addEventListener("abort", giveUp, { once: true });
    socket.once("close", () => signal.removeEventListener("abort", giveUp));
    socket.setTimeout(5_000, () => socket.destroy(new Error("no answer within 5 s")));
    socket.once("error", reject);
    socket.once(event, () => {
      signal.removeEventListener("abort", giveUp);
      socket.setTimeout(0);
      socket.removeListener("error", reject);
      resolve(socket);
    });
  });

/**
 * How a client opens connections to the replicas of a cluster.
 *
 * @throws CertificateError where the files do not fit each other, this moment, or the cluster.
 */
export const dialerOf = async (security: Security, cluster: string): Promise<Dial> => {
  if (security.kind === "open") return (_member, address, signal) => opened(connect(address), "connect", signal);
  const { ca, cert, key } = await readClientCredentials(security, cluster);
  const context: SecureContextOptions = { ca, cert, key, ...tlsVersion };
  return (member, address, signal) =>
    opened(
      connectTls({
        ...context,
        ...address,
        // The name that counts is that of the member; no host name is looked at.
        servername: "",
        checkServerIdentity: (_host, certificate) => identityError(certificate, cluster, member),
      }),
      "secureConnect",
      signal,
    );
};
