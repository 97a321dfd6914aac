import type { ErasedModule } from "./stack.ts";
import type { Handler } from "./step-queue.ts";

/** Stands above a network leaf where a stack or a family needs a module: it passes on what it is asked and hears. */
export const rawLinks: ErasedModule = {
  name: "the network itself",
  source: "the system model",
  init: () => ({}),
  upon: {
    request: {
      send: (_s, io, to, message) => (io as { links: { send: Handler } }).links.send(to as never, message as never),
    },
    links: {
      deliver: (_s, io, from, message) =>
        (io as { up: { deliver: Handler } }).up.deliver(from as never, message as never),
    },
  },
};
