// What the negative examples share: three processes, each sends what a broken rule tells it to.
import { noCreation } from "../../../dist/check/index.js";
import { network, stack } from "../../../dist/model/index.js";
import { scenario } from "../../../dist/simulate/index.js";

/** A scenario whose module asks `pick(io)` for the value that it sends. */
export const chatter = (id, pick) =>
  scenario({
    id,
    rows: [],
    title: id,
    model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
    parameters: {},
    setup: () => {
      const module = {
        name: id,
        source: "a negative example",
        init: () => ({ seen: 0 }),
        upon: {
          request: { send: (s, io, to) => io.links.send(to, pick(io, s)) },
          links: { deliver: (s) => void s.seen++ },
        },
      };
      const links = stack(module, { links: network() });
      return {
        processes: [0, 1, 2].map((node) => ({ name: `p${node}`, stack: links })),
        workload: () =>
          [0, 1, 2].map((node) => ({
            node,
            calls: [0, 1, 2].map((to) => ({ request: "send", args: [to], afterMs: 1 })),
          })),
        properties: [noCreation("PL3")],
      };
    },
  });
