import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { serviceClient } from "../machines/index.ts";
import { stack } from "../model/index.ts";
import { ClientHost, sessionsOfClient } from "./client-host.ts";

/** A client of replica 0, on a connection that only takes. */
const client = () => {
  const sent: { readonly kind: string; readonly token?: number }[] = [];
  const ended: (readonly unknown[])[] = [];
  const host = new ClientHost({
    stack: stack(serviceClient<string, string, string, string>({ servers: [0], timeoutMs: 60_000, retryMs: 60_000 }), {
      servers: sessionsOfClient<never>() as never,
    }),
    self: 9,
    servers: [0],
    carrier: { send: (_to, message) => void sent.push(message as { kind: string }), flush: () => undefined },
    onIndication: (name, args) => ended.push([name, ...args]),
    onFailure: (error) => {
      throw error;
    },
  });
  const open = async (): Promise<void> => {
    host.news({ kind: "opened", peer: 0, session: 1 });
    await turn();
    const { token } = sent.find(({ kind }) => kind === "open")!;
    host.deliver(0, { kind: "opened", token, session: 5, commandsMax: 16 });
    await turn();
  };
  return { host, sent, ended, open };
};

describe("a call that is cancelled", () => {
  it("certainly did not happen before it was sent, and is not sent then", async () => {
    const { host, sent, ended, open } = client();
    host.request("execute", 1, "never");
    host.request("cancel", 1);
    expect(ended).toEqual([["outcome", 1, { kind: "failed", why: "cancelled", happened: "no" }]]);
    host.request("execute", 2, "kept");
    await turn();
    await open();
    expect(sent.filter(({ kind }) => kind === "execute")).toMatchObject([{ run: { count: 1 } }]);
    host.stop();
  });

  it("may have happened when it was sent; an answer that comes later is nobody's, and the others get theirs", async () => {
    const { host, sent, ended, open } = client();
    host.request("execute", 1, "sent");
    host.request("execute", 2, "too");
    await turn();
    await open();
    host.request("cancel", 1);
    host.request("cancel", 1);
    const ends = ["one", "two"].map((answer) => ({ kind: "answer", answer }));
    host.deliver(0, { kind: "executed", session: 5, first: 0, ends });
    expect(ended).toEqual([
      ["outcome", 1, { kind: "failed", why: "cancelled", happened: "maybe" }],
      ["outcome", 2, { kind: "answer", answer: "two" }],
    ]);
    host.request("query", 3, "what", "linearizable");
    host.request("cancel", 3);
    await turn();
    expect(ended.at(-1)).toEqual(["result", 3, { kind: "failed", why: "cancelled" }]);
    expect(sent.some(({ kind }) => kind === "query")).toBe(false);
    host.stop();
  });
});
