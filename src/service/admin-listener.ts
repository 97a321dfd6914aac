import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Address, ListenError } from "../node/index.ts";
import { addressText } from "./replica-configuration.ts";

/** What the listener for operators shows. Nothing here ever shows a key or a value of a user. */
export interface AdminPages {
  /** Whether the replica answers clients: it knows a leader that a quorum follows. */
  readonly ready: () => boolean;
  /** The metrics as Prometheus reads them. */
  readonly metrics: () => string;
  /** Maxima are counted anew from here on. */
  readonly resetMaxima: () => void;
  /** The latest events, as lines of the trace format; no message bodies. */
  readonly trace: () => string;
}

const connectionsMax = 64;
const requestMsMax = 5_000;

/** A page of another origin, or a name that was pointed at this address, must not read what is here. */
const isForeign = ({ headers }: IncomingMessage, hosts: ReadonlySet<string>): boolean =>
  headers.origin !== undefined ||
  (headers["sec-fetch-site"] !== undefined && headers["sec-fetch-site"] !== "none") ||
  !hosts.has(headers.host ?? "");

const say = (response: ServerResponse, status: number, type: string, text: string): void => {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "content-length": Buffer.byteLength(text),
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  response.end(text);
};

const answer = (request: IncomingMessage, response: ServerResponse, pages: AdminPages): void => {
  if (request.method !== "GET" && request.method !== "HEAD") return say(response, 405, "text/plain", "only GET\n");
  switch (request.url) {
    // Up means that this process works, whether or not the others do: restarting it would not bring them back.
    case "/health/live":
      return say(response, 200, "text/plain", "live\n");
    case "/health/ready":
      return pages.ready()
        ? say(response, 200, "text/plain", "ready\n")
        : say(response, 503, "text/plain", "not ready\n");
    case "/metrics":
      return say(response, 200, "text/plain; version=0.0.4", pages.metrics());
    case "/metrics?maxima=reset": {
      const text = pages.metrics();
      pages.resetMaxima();
      return say(response, 200, "text/plain; version=0.0.4", text);
    }
    case "/trace":
      return say(response, 200, "application/jsonl", pages.trace());
    default:
      return say(response, 404, "text/plain", "there are /health/live, /health/ready, /metrics and /trace\n");
  }
};

/** Serves health, metrics and the trace over HTTP on an address of its own, to operators and their tools. */
export class AdminListener {
  readonly address: Address;
  readonly #server: Server;

  private constructor(server: Server, address: Address) {
    this.#server = server;
    this.address = address;
  }

  /** @throws ListenError where the address cannot be listened on. */
  static open(address: Address, pages: AdminPages): Promise<AdminListener> {
    const hosts = new Set<string>();
    const server = createServer({ requestTimeout: requestMsMax, headersTimeout: requestMsMax }, (request, response) => {
      if (isForeign(request, hosts)) return say(response, 403, "text/plain", "not for pages of another origin\n");
      answer(request, response, pages);
    });
    server.maxConnections = connectionsMax;
    return new Promise((resolve, reject) => {
      server.once("error", (cause) =>
        reject(new ListenError(`${addressText(address)} cannot be listened on: ${cause.message}`, { cause })),
      );
      server.listen(address.port, address.host, () => {
        const { port } = server.address() as AddressInfo;
        for (const name of [address.host, "localhost", "127.0.0.1", "[::1]"])
          hosts.add(addressText({ host: name.replace(/[[\]]/g, ""), port }));
        resolve(new AdminListener(server, { host: address.host, port }));
      });
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
