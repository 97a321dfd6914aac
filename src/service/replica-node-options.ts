/**
 * Options of Node for a process that is a replica. A young generation of 4 MiB and not 16: what a replica makes is either
 * dropped at once or kept for long (bytes of values, which no collector moves), so a larger one only takes memory and
 * falls out of the processor's cache. Measured in docs/bench.md.
 */
export const replicaNodeOptions: readonly string[] = ["--max-semi-space-size=4"];
