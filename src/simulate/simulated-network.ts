import type { Choices, Message, NodeId } from "../model/index.ts";
import type { Adversary, Word } from "./adversary.ts";
import { Carrier, microseconds, neverArrives } from "./carrier.ts";
import type { Fault } from "./fault.ts";
import { PartitionTable } from "./partition-table.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import type { World } from "./world.ts";

/** What a traitor meant to send, and to whom. */
export interface Meant {
  readonly to: NodeId;
  readonly word: Word;
}

/** The network of a run: what leaves a node is lost, held, copied, delayed, forged, as the dials and the choices say. */
export class SimulatedNetwork {
  readonly #world: World;
  readonly #choices: Choices;
  readonly #carrier: Carrier;
  readonly #partitions: PartitionTable;
  readonly #adversary: Adversary | null;
  #held: Message[] = [];
  #lossesLeft: number;
  #sent = 0;
  #routed = 0;

  constructor(world: World, adversary: Adversary | null) {
    const { choices, dials, model, setup, lossesMax } = world.input;
    this.#world = world;
    this.#choices = choices;
    this.#carrier = new Carrier(choices, dials, model, setup.processes.length, setup.distancesMs);
    this.#partitions = new PartitionTable(setup.processes.length);
    this.#adversary = adversary;
    this.#lossesLeft = lossesMax ?? 0;
  }

  /** A message leaves a node. */
  transmit(node: SimulatedNode, message: Message): void {
    const { recorder, agenda, chronicle, cause } = this.#world;
    const toChannel = message.to ^ (message.channel << 16);
    message.event = recorder.send(message.from, agenda.now, toChannel, message.keys, message.body);
    if (recorder.trace !== null) {
      chronicle.keep("send", message.event, node, cause, {
        peer: message.to,
        path: chronicle.pathOf(message),
        data: message.body,
      });
    }
    this.#route(message);
    // What became of it was decided after it was sent.
    if (recorder.trace !== null) recorder.explain(message.event);
    if (this.#adversary !== null && this.#world.input.model.network === "arbitrary" && message.from !== message.to)
      this.#mayForge(message);
  }

  /** What a traitor really sends in a step, receiver by receiver. */
  lie(node: SimulatedNode, meant: readonly Meant[]): void {
    const { nodes, recorder, input } = this.#world;
    if (this.#adversary === null || node.behaviour === null) return;
    const outOfTurn = node.behaviour === "arbitrary" && input.setup.faults?.traitorsSpeak !== "in turn";
    for (const { id: to } of nodes) {
      const own = meant.filter((message) => message.to === to).map(({ word }) => word);
      if (to === node.id || (own.length === 0 && !outOfTurn)) continue;
      const said = this.#adversary.says(node.id, node.behaviour, to, own);
      if (said.length !== own.length || said.some((word, at) => word !== own[at]))
        recorder.strike(`traitor ${node.behaviour}`);
      for (const word of said) this.transmit(node, messageOf(node.id, to, word));
    }
  }

  /** A liar hears a message. */
  overheard(message: Message): void {
    this.#adversary?.sees(message);
  }

  /** A message that does not arrive, and why. */
  drop(message: Message, why: string): void {
    const { recorder, agenda, chronicle } = this.#world;
    recorder.strike(why === "lost" ? "loss" : why);
    const id = recorder.event("drop", message.to, agenda.now, message.from, why, undefined);
    if (recorder.trace === null) return;
    recorder.keep({
      id,
      kind: "drop",
      node: message.to,
      at: agenda.now / microseconds,
      cause: message.event,
      peer: message.from,
      path: chronicle.pathOf(message),
      name: why,
      data: message.body,
    });
  }

  /** A partition begins (1) or ends (-1). What a reliable network held meanwhile goes on its way. */
  partition({ left, right, form }: Extract<Fault, { readonly kind: "partition" }>, by: 1 | -1): void {
    this.#partitions.change(left, right, form === "one-way", by);
    if (by === 1) return;
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.#route(message);
  }

  /** Faults are over: nothing more is lost. */
  heal(): void {
    this.#carrier.heal();
  }

  /** Puts a message on the network: lost, held by a partition, or on its way. */
  #route(message: Message): void {
    const { agenda, recorder, input, nodes } = this.#world;
    const { from, to } = message;
    if (from !== to && this.#partitions.cuts(from, to)) {
      recorder.strike("partition cut");
      if (input.model.network === "reliable") this.#held.push(message);
      else this.drop(message, "cut off");
      return;
    }
    if (input.schedule === "ordered") return this.#routeOrdered(message);
    const carrier = this.#carrier;
    const arrives = carrier.carry(message, agenda.now);
    if (carrier.lost !== null) return this.drop(message, carrier.lost);
    if (arrives === neverArrives) return;
    // A slow node takes its input so many times a millisecond late.
    const late = (nodes[to]!.slowness - 1) * microseconds;
    agenda.push(arrives + late, message);
    if (carrier.copyArrives === neverArrives) return;
    recorder.strike("duplicate");
    agenda.push(carrier.copyArrives + late, message);
  }

  /** Where orders are enumerated delays are not drawn, and so many times the network may do what its model allows. */
  #routeOrdered(message: Message): void {
    const { agenda, input, recorder } = this.#world;
    const { loss, duplication } = input.dials;
    message.order = this.#routed++;
    const lossy = input.model.network !== "reliable" && message.from !== message.to && this.#lossesLeft > 0;
    const fates = ["arrives", ...(lossy && loss > 0 ? ["lost"] : []), ...(lossy && duplication > 0 ? ["twice"] : [])];
    const fate = fates.length === 1 ? "arrives" : fates[this.#choices.below("loss", 0, this.#sent++, fates.length)];
    if (fate !== "arrives") this.#lossesLeft--;
    if (fate === "lost") return this.drop(message, "lost");
    agenda.push(agenda.now, message);
    if (fate !== "twice") return;
    recorder.strike("duplicate");
    agenda.push(agenda.now, message);
  }

  /** The network itself lies: now and then it delivers something that nobody sent, in anybody's name. */
  #mayForge(message: Message): void {
    const { input, nodes, healed } = this.#world;
    const adversary = this.#adversary!;
    adversary.sees(message);
    if (input.schedule === "ordered") return this.#mayForgeOnce(message);
    const link = message.from * nodes.length + message.to;
    const count = this.#carrier.countOf(link);
    if (healed || !this.#choices.chance("forge", link, count, input.dials.forgery)) return;
    for (const word of adversary.forges(link))
      this.#forge(this.#choices.below("forged name", link, count, nodes.length), message.to, word);
  }

  /** Every word in every name is a choice, as long as the network may do anything at all. */
  #mayForgeOnce({ to }: Message): void {
    const { input, nodes } = this.#world;
    if (this.#lossesLeft === 0 || input.dials.forgery === 0) return;
    const words = this.#adversary!.words;
    const choice = this.#choices.below("forge", 0, this.#sent++, 1 + words.length * nodes.length);
    if (choice === 0) return;
    this.#lossesLeft--;
    this.#forge((choice - 1) % nodes.length, to, words[Math.floor((choice - 1) / nodes.length)]!);
  }

  #forge(from: NodeId, to: NodeId, word: Word): void {
    const { recorder, agenda, chronicle, cause } = this.#world;
    const forged = messageOf(from, to, word);
    recorder.strike("forgery");
    forged.event = recorder.event("fault", to, agenda.now, from ^ (word.channel << 16), "forged", word.body);
    if (recorder.trace !== null)
      recorder.keep({
        id: forged.event,
        kind: "fault",
        node: from,
        at: agenda.now / microseconds,
        cause,
        peer: to,
        path: chronicle.pathOf(forged),
        name: "forged",
        data: word.body,
      });
    this.#route(forged);
  }
}

const messageOf = (from: NodeId, to: NodeId, { channel, keys, body }: Word): Message => ({
  kind: "message",
  from,
  to,
  channel,
  keys,
  body,
  due: 0,
  order: 0,
  event: 0,
});
