import type { NodeId, Port } from "../../model/index.ts";

/** Broadcast in all its strengths: the port is the same, the properties differ. */
export interface Broadcast<M> extends Port {
  readonly requests: {
    /** To all processes, this one included. */
    readonly broadcast: (message: M) => void;
  };
  readonly indications: {
    /** `origin` broadcast it, whoever passed it on. */
    readonly deliver: (origin: NodeId, message: M) => void;
  };
}
