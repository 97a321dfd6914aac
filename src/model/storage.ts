import type { DiskImage, Frame } from "./disk-image.ts";

/**
 * Where the frames of a node are kept: the write-ahead log of the Node host, over files or over files that lose what was
 * not synced, and the faulty disk of a simulated node. Whoever owns it says when a position is durable; after a crash
 * the image is that of the frames up to some position that is not below the last one that was named.
 */
export interface Storage {
  /** What the node sees: every write, durable or not. The machinery keeps it up to date. */
  readonly image: DiskImage;
  /** Takes all writes of one step, which are whole or absent after a crash. Positions ascend. */
  write(frame: Frame, position: number): void;
}
