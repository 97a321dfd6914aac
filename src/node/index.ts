export * from "./bare-host.ts";
export { FrameLog, StorageError } from "./frame-log.ts";
export { type Address, PeerLinks } from "./peer-links.ts";
