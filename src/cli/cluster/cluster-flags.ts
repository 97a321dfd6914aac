import { join } from "node:path";
import { hasLocalCluster } from "../../service/index.ts";
import { usage } from "../cli-error.ts";

/** Where `quorate up` keeps a cluster when nothing else is said. */
export const dataDefault = "quorate-data";

/** Which cluster a command is for. */
export interface ClusterFlags {
  readonly data?: string;
  readonly cluster?: string;
  readonly json?: boolean;
}

/** The file that describes the cluster to clients. @throws CliError where there is none. */
export const clusterFileOf = ({ cluster, data = dataDefault }: ClusterFlags): string => {
  if (cluster !== undefined) return cluster;
  if (!hasLocalCluster(data))
    throw usage(
      `there is no cluster in ${data}: start one with \`npx quorate up --data ${data}\`, or name the file of another one with --cluster`,
    );
  return join(data, "cluster.json");
};
