import { type CutKind, CuttingProxy } from "./cutting-proxy.ts";
import { Namespaces } from "./namespaces.ts";

/** What the replicas of a run reach each other and their clients by. */
export type NetworkKind = "proxies" | "namespaces";

/** The network between the replicas of a run: one that can be cut. */
export interface Network {
  /** Makes a place for a replica. */
  readonly attach: (id: number) => Promise<void>;
  /** The address of this machine at which a replica listens, there. */
  readonly hostOf: (id: number) => string;
  /** Where one replica reaches another one that listens on `port`. */
  readonly wayTo: (from: number, to: number, port: number) => Promise<string>;
  /** What stands before the command that starts a replica. */
  readonly prefixOf: (id: number) => readonly string[];
  /** Cuts two replicas off from each other, in both directions. */
  readonly cut: (one: number, other: number, kind: CutKind) => Promise<void>;
  readonly heal: (one: number, other: number) => Promise<void>;
  readonly close: () => void;
}

const loopback = "127.0.0.1";

/** Each replica reaches each other one through a proxy of its own: needs no rights. */
class Proxies implements Network {
  readonly #proxies = new Map<string, CuttingProxy>();

  async attach(): Promise<void> {}

  hostOf(): string {
    return loopback;
  }

  prefixOf(): readonly string[] {
    return [];
  }

  async wayTo(from: number, to: number, port: number): Promise<string> {
    const proxy = await CuttingProxy.open(port);
    this.#proxies.set(`${from} ${to}`, proxy);
    return `${loopback}:${proxy.port}`;
  }

  async cut(one: number, other: number, kind: CutKind): Promise<void> {
    for (const way of [`${one} ${other}`, `${other} ${one}`]) this.#proxies.get(way)?.cut(kind);
  }

  async heal(one: number, other: number): Promise<void> {
    for (const way of [`${one} ${other}`, `${other} ${one}`]) this.#proxies.get(way)?.heal();
  }

  close(): void {
    for (const proxy of this.#proxies.values()) proxy.close();
  }
}

/** @throws where the kernel does not permit it. */
export const openNetwork = async (kind: NetworkKind): Promise<Network> =>
  kind === "proxies" ? new Proxies() : Namespaces.open();
