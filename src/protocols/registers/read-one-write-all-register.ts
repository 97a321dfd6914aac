import type { Links, Module, NodeId } from "../../model/index.ts";
import type { Broadcast } from "../broadcast/broadcast.ts";
import type { PerfectFailureDetector } from "../detectors/failure-detector.ts";
import type { Register } from "./register.ts";

interface ReadOneWriteAllSpec<V> {
  provides: Register<V>;
  uses: {
    broadcast: Broadcast<{ readonly write: V }>;
    links: Links<"ack">;
    detector: PerfectFailureDetector;
  };
  state: { value: V | null; correct: NodeId[]; acknowledged: NodeId[] | null };
}

/**
 * A regular register of one writer: read your own copy, write all copies that are left. Reads cost nothing, and all
 * processes but one may crash; but it rests on the failure detector. One process that is accused while it lives keeps the
 * old value, and whoever reads there reads it for ever.
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, algorithm 4.1, "Read-One Write-All".
 */
export const readOneWriteAllRegister = <V>(): Module<ReadOneWriteAllSpec<V>> => ({
  name: "read-one write-all regular register",
  source: "Cachin, Guerraoui, Rodrigues 2011, algorithm 4.1",
  init: ({ nodes }) => ({ value: null, correct: nodes.slice(), acknowledged: null }),
  /** The writer is done when nobody is left to wait for. */
  whenever(s, io) {
    const { acknowledged } = s;
    if (acknowledged === null || !s.correct.every((node) => acknowledged.includes(node))) return;
    s.acknowledged = null;
    io.up.writeReturn();
  },
  upon: {
    request: {
      read: (s, io) => io.up.readReturn(s.value),
      write(s, io, value) {
        s.acknowledged = [];
        io.broadcast.broadcast({ write: value });
      },
    },
    broadcast: {
      deliver(s, io, writer, { write }) {
        s.value = write;
        io.links.send(writer, "ack");
      },
    },
    links: {
      deliver(s, _io, from) {
        if (s.acknowledged !== null && !s.acknowledged.includes(from)) s.acknowledged.push(from);
      },
    },
    detector: {
      crash(s, _io, node) {
        s.correct = s.correct.filter((other) => other !== node);
      },
    },
  },
});
