export * from "./bytes.ts";
export * from "./key-value-machine.ts";
export type { KeyValueState } from "./key-value-state.ts";
export * from "./key-value-types.ts";
export type { LeafValues } from "./leaf-values.ts";
export type { Sums } from "./sums.ts";
export type { TreeNode } from "./tree.ts";
