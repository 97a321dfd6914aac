export * from "./atomic-register.ts";
export * from "./majority-voting-register.ts";
export * from "./quorum-call.ts";
export * from "./quorums.ts";
export * from "./read-one-write-all-register.ts";
export * from "./register.ts";
export * from "./register-calls.ts";
export * from "./timestamp.ts";
