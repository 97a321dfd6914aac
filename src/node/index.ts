export * from "./bare-host.ts";
export * from "./errors.ts";
export { FrameLog, StorageError } from "./frame-log.ts";
export { NodeHost } from "./node-host.ts";
export type * from "./node-host-options.ts";
export { type Address, PeerLinks } from "./peer-links.ts";
export type { Files, LogFile } from "./storage/files.ts";
export { hostSessions } from "./transport/host-sessions.ts";
