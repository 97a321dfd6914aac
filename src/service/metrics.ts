import type { ReplicaStatus } from "../machines/index.ts";
import type { NodeHostMetrics } from "../node/index.ts";

/** What a replica counts beside what its host counts. */
export interface ServiceMetrics {
  readonly clients: number;
  readonly clientMessages: number;
  readonly clientsRefused: number;
  /** When the certificate is no longer valid, in seconds since 1970; absent without TLS. */
  readonly certificateExpiresSeconds?: number;
}

const roles: readonly ReplicaStatus["role"][] = ["follower", "pre-candidate", "candidate", "leader"];

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Names of what only grows; everything else is a gauge. */
const counters: ReadonlySet<string> = new Set([
  "steps",
  "messagesSent",
  "messagesReceived",
  "messagesDropped",
  "bytesSent",
  "bytesReceived",
  "socketWrites",
  "sessionsEnded",
  "connectionsRefused",
  "frames",
  "syncs",
  "clientMessages",
  "clientsRefused",
]);

/** The metrics of a replica in the text format of Prometheus: numbers without labels, under `quorate_`. */
export const metricsText = (
  host: NodeHostMetrics,
  service: ServiceMetrics,
  { role, term, applied, commit, snapshot, waiting, divergedAt }: ReplicaStatus,
): string => {
  const raft = {
    role: roles.indexOf(role),
    isLeader: role === "leader" ? 1 : 0,
    term,
    commitIndex: commit,
    appliedIndex: applied,
    snapshotIndex: snapshot,
    commandsWaiting: waiting,
    diverged: divergedAt === null ? 0 : 1,
  };
  return Object.entries({ ...host, ...service, ...raft })
    .map(([name, value]) => {
      const isCounter = counters.has(name);
      const full = `quorate_${snakeCase(name)}${isCounter ? "_total" : ""}`;
      return `# TYPE ${full} ${isCounter ? "counter" : "gauge"}\n${full} ${value}\n`;
    })
    .join("");
};
