import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, relative, resolve } from "node:path";
import type { NodeId } from "../model/index.ts";
import { type CertificateFiles, issueCertificates } from "../node/index.ts";
import { isLockFile } from "../node/storage/socket-file-lock.ts";
import { type ClusterFile, readClusterFile } from "./cluster-file.ts";
import { ConfigurationError } from "./configuration-error.ts";

/** What a cluster on one machine is made of. */
export interface LocalClusterOptions {
  readonly directory: string;
  readonly cluster: string;
  readonly replicas: number;
  /** A module with a state machine of the user's own. */
  readonly machine?: string;
  /** Without certificates: for tests of what lies above them. */
  readonly open?: boolean;
}

/** A cluster on one machine: its files. */
export interface LocalCluster {
  readonly directory: string;
  readonly clusterFile: string;
  /** The file of each replica, by id. */
  readonly replicaFiles: ReadonlyMap<NodeId, string>;
}

const clusterFileName = "cluster.json";
const certificatesFolder = "certificates";
const clientName = "client";

const replicaFileOf = (directory: string, id: NodeId): string => join(directory, `replica-${id}.json`);

/**
 * Below the ports that systems give to outgoing connections: one of those could hold the port of a replica just when it
 * is started again.
 */
const portMin = 15_000;
const portMax = 32_000;
const portTriesMax = 1_000;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

/** Ports of 127.0.0.1 that are free at this moment, all different. @throws ConfigurationError where there are too few. */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries++) {
    if (tries === portTriesMax)
      throw new ConfigurationError(`no ${count} ports from ${portMin} to ${portMax} are free on 127.0.0.1.`);
    const port = portMin + Math.floor(Math.random() * (portMax - portMin));
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
};

const writeJson = (file: string, value: object): void => {
  // Whole or not at all: another process may look for it at this moment.
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
};

/** The fields of a security by certificates; `folder` is that of the file in which they stand. */
const securityOf = (folder: string, files: CertificateFiles | undefined): object =>
  files === undefined
    ? { kind: "open" }
    : {
        kind: "tls",
        authority: relative(folder, files.authorityFile),
        certificate: relative(folder, files.certificateFile),
        key: relative(folder, files.keyFile),
      };

/** Whether a cluster was made in this directory before. */
export const hasLocalCluster = (directory: string): boolean => existsSync(join(directory, clusterFileName));

/** The files of the cluster that was made in this directory. @throws ConfigurationError. */
export const readLocalCluster = (path: string): LocalCluster & { readonly file: ClusterFile } => {
  const directory = resolve(path);
  const clusterFile = join(directory, clusterFileName);
  const file = readClusterFile(clusterFile);
  const replicaFiles = new Map(
    file.members
      .map(({ id }): [NodeId, string] => [id, replicaFileOf(directory, id)])
      .filter(([, replicaFile]) => existsSync(replicaFile)),
  );
  return { directory, clusterFile, replicaFiles, file };
};

/**
 * Makes the files of a cluster on this machine: a certificate for each replica and for a client, the file of each
 * replica, and the one for clients. Ports are chosen once and stay.
 *
 * @throws ConfigurationError where the directory holds something else.
 */
export const makeLocalCluster = async (options: LocalClusterOptions): Promise<LocalCluster> => {
  const { cluster, replicas, open = false, machine } = options;
  const directory = resolve(options.directory);
  if (existsSync(directory) && readdirSync(directory).some((name) => !isLockFile(name)))
    throw new ConfigurationError(
      `${directory} holds files and no ${clusterFileName}: name an empty or new directory for the cluster.`,
    );
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const ids = Array.from({ length: replicas }, (_, id) => id);
  const issued = open
    ? undefined
    : await issueCertificates({
        directory: join(directory, certificatesFolder),
        cluster,
        members: ids,
        clients: [clientName],
      });
  const ports = await freePorts(3 * replicas);
  const at = (index: number): string => `127.0.0.1:${ports[index]}`;
  const members = ids.map((id) => ({ id, peer: at(3 * id), client: at(3 * id + 1) }));
  for (const id of ids)
    writeJson(replicaFileOf(directory, id), {
      format: 1,
      cluster,
      member: id,
      directory: `replica-${id}`,
      members,
      admin: at(3 * id + 2),
      security: securityOf(directory, issued?.members.get(id)),
      ...(machine === undefined ? {} : { machine: relative(directory, resolve(machine)) }),
    });
  // Last: with it the cluster is there.
  writeJson(join(directory, clusterFileName), {
    format: 1,
    cluster,
    members: ids.map((id) => ({ id, client: at(3 * id + 1), admin: at(3 * id + 2) })),
    security: securityOf(directory, issued?.clients.get(clientName)),
  });
  return readLocalCluster(directory);
};
