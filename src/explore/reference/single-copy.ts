import { type Links, type Module, type Nothing, stack } from "../../model/index.ts";
import { type AnyScenario, scenario } from "../../simulate/index.ts";
import { type ClientMessage, registerParameters, registerSetup } from "./register-clients.ts";

/** A server that keeps its own copy of the value and asks nobody. */
const singleCopy = (): Module<{
  provides: Nothing;
  uses: { links: Links<ClientMessage> };
  state: { value: string | null };
}> => ({
  name: "single-copy register",
  source: "Stateright, examples/single-copy-register",
  init: () => ({ value: null }),
  upon: {
    request: {},
    links: {
      deliver(s, io, from, message) {
        const { request } = message;
        if (message.kind === "put") {
          s.value = message.value;
          io.links.send(from, { kind: "putOk", request });
        } else if (message.kind === "get") io.links.send(from, { kind: "getOk", request, value: s.value });
      },
    },
  },
});

/** One server is linearizable; two that know nothing of each other are not. */
export const singleCopyReference: AnyScenario = scenario({
  id: "reference/single-copy",
  rows: [],
  title: "A register with one copy a server",
  about:
    "Published counts, Stateright: 93 states with two clients and one server; with two servers a read misses a finished write after four steps. The 54 states published for that are those to depth 7, where the search stops; in all there are 62.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: { ...registerParameters, servers: { ...registerParameters.servers, default: 1 } },
  setup: ({ clients, servers }) => registerSetup<never>(clients, servers, (links) => stack(singleCopy(), { links })),
});
