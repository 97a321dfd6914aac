import { mkdirSync } from "node:fs";
import type { NodeId } from "../model/index.ts";
import { DirectoryLockedError } from "../node/index.ts";
import { DirectoryLock, holderOfDirectory } from "../node/storage/directory-lock.ts";
import { ConfigurationError } from "./configuration-error.ts";
import type { LocalCluster } from "./local-cluster.ts";
import { readReplicaConfiguration } from "./replica-configuration.ts";

/**
 * Holds the directory of a cluster on this machine for the one command that makes and starts it; null where another
 * process does.
 *
 * @throws ConfigurationError where there can be no such directory.
 */
export const lockCluster = async (directory: string): Promise<DirectoryLock | null> => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new ConfigurationError(`${directory} cannot be made: ${(cause as Error).message}.`, { cause });
  }
  try {
    return await DirectoryLock.take(directory);
  } catch (error) {
    if (error instanceof DirectoryLockedError) return null;
    throw error;
  }
};

/** The process that holds the directory of a cluster, where it tells. */
export const clusterHolder = async (directory: string): Promise<number | null> =>
  (await holderOfDirectory(directory).catch(() => null)) ?? null;

/** The replicas of a cluster on this machine that run, whoever started them: their directories are held. */
export const replicasThatRun = async ({ replicaFiles }: LocalCluster): Promise<readonly NodeId[]> => {
  const running: NodeId[] = [];
  for (const [id, file] of replicaFiles) {
    const { directory } = readReplicaConfiguration(file);
    const holder = await holderOfDirectory(directory).catch(() => undefined);
    if (holder !== undefined) running.push(id);
  }
  return running;
};
