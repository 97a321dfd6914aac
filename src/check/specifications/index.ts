export * from "./cas-register.ts";
export * from "./counter.ts";
export * from "./key-value.ts";
export * from "./list-append.ts";
export * from "./lock.ts";
export * from "./queue.ts";
export * from "./register.ts";
export * from "./set.ts";
