import type { AnyProperty } from "../check/index.ts";
import type { Atoms } from "./atoms.ts";
import type { CarriedMessage, NodeImage } from "./node-image.ts";
import { PlainInterner } from "./plain-interner.ts";

/** One thing that took new values until the end of a search: why a state space does not end. */
export interface Growth {
  /** What it is: a field of a module's state, a record or log on disk, the messages of a channel, what a property remembers. */
  readonly place: string;
  /** Unlike values that were looked at. */
  readonly values: number;
  /** Those of them that came up in the last quarter of what was found. */
  readonly late: number;
}

/** Where the parts of a search are to be named. */
export interface GrowthSite {
  readonly atoms: Atoms;
  readonly nodes: number;
  readonly properties: readonly AnyProperty[];
  readonly channelOf: (message: CarriedMessage) => string;
}

/** Atoms of one kind that are looked at in each quarter: the reading is the cost. */
const sampleMax = 1_500;
const shownMax = 8;
/** Of so many values in the last quarter, new ones, growth is more than what is left over from a start. */
const lateMin = 3;

/** What was seen of one place, quarter by quarter. */
class Place {
  readonly #values = new PlainInterner();
  late = 0;

  get values(): number {
    return this.#values.size;
  }

  see(value: unknown, isLate: boolean): void {
    const before = this.#values.size;
    if (this.#values.idOf(value) === before && isLate) this.late++;
  }
}

type See = (place: string, value: unknown) => void;

const nameOf = (path: string, field: string): string => (path === "" ? field : `${path}.${field}`);
const withoutKeys = (path: string): string => path.replace(/\[\d+\]/g, "[]");

const seeImage = ({ incarnation, volatile, durable, timers, held }: NodeImage, see: See): void => {
  see("incarnation", incarnation);
  see("timers that are set", timers.length);
  see("outputs that wait for the disk", held.length);
  for (const [path, { records, logs }] of durable) {
    for (const [name, value] of records) see(`on disk: ${nameOf(withoutKeys(path), name)}`, value);
    for (const [name, log] of logs) see(`on disk: ${nameOf(withoutKeys(path), name)}`, log);
  }
  if (volatile === null) return;
  const { states } = volatile as { readonly states: readonly (readonly [string, object])[] };
  for (const [path, state] of states)
    for (const [field, value] of Object.entries(state)) see(nameOf(withoutKeys(path), field), value);
};

/** Of each quarter of a list at most so many, evenly. */
const sampled = (ids: readonly number[]): readonly (readonly [id: number, isLate: boolean])[] => {
  const quarter = Math.ceil(ids.length / 4);
  const step = Math.max(1, Math.floor(quarter / sampleMax));
  return ids.flatMap((id, at) => (at % step === 0 ? [[id, at >= 3 * quarter] as const] : []));
};

/**
 * What kept taking new values, most of all first. Local states and messages are numbered as they are found, so what is new
 * in the last quarter of the numbers was new at the end of the search.
 */
export const growthOf = ({ atoms, nodes, properties, channelOf }: GrowthSite): readonly Growth[] => {
  const places = new Map<string, Place>();
  const placeOf = (name: string): Place => {
    const place = places.get(name) ?? new Place();
    places.set(name, place);
    return place;
  };
  const look = (kind: string, read: (value: unknown, see: See) => void): void => {
    for (const [id, isLate] of sampled(atoms.ofKind(kind)))
      read(atoms.valueOf(id), (place, value) => placeOf(place).see(value, isLate));
  };
  for (let node = 0; node < nodes; node++) look(`process ${node}`, (value, see) => seeImage(value as NodeImage, see));
  look("message", (value, see) => {
    const message = value as CarriedMessage;
    see(`messages on ${channelOf(message)}`, [message.from, message.to, message.body]);
  });
  for (const { id } of properties) look(id, (value, see) => see(`what ${id} remembers`, value));
  return [...places]
    .map(([place, { values, late }]): Growth => ({ place, values, late }))
    .filter(({ late }) => late >= lateMin)
    .sort((a, b) => b.late - a.late)
    .slice(0, shownMax);
};
