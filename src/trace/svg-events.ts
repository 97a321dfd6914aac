import type { TraceEvent } from "../model/index.ts";
import { eventText, oneLine } from "./event-text.ts";
import { MARGIN_TOP } from "./svg-layout.ts";
import { inkOf, numberBeside, placeOf, RADIUS, type Scene, TEXT_LENGTH_MAX } from "./svg-scene.ts";
import { cross, type Ink, line, type Point, patched, path, px, text, type Words, xml } from "./svg-shapes.ts";
import { isForgery } from "./trace-view.ts";

const polygon = (at: Point, corners: string, ink: Ink, hollow = false): string =>
  path(at, `${corners}z`, hollow ? `class="f-paper s-${ink}" stroke-width="1.8"` : `class="f-${ink}"`);

/** The shape of an event on its lane; the number of what counts stands in it or beside it. */
const shape = (event: TraceEvent, scene: Scene): string => {
  const at = placeOf(event, scene);
  const beside = numberBeside(event, { x: at.x + 9, y: at.y + 15 }, scene);
  const number = scene.numbers.get(event.id);
  const inside =
    number === undefined
      ? ""
      : text(
          { x: at.x, y: at.y + 3.5 },
          `${number}`,
          "paper",
          ' text-anchor="middle" font-size="9.5" font-weight="600"',
        );
  switch (event.kind) {
    case "send":
      return `<circle cx="${px(at.x)}" cy="${px(at.y)}" r="3" class="f-message"/>`;
    case "deliver":
      return `<circle cx="${px(at.x)}" cy="${px(at.y)}" r="${RADIUS}" class="f-message"/>${inside}`;
    case "drop":
      return "";
    case "timer":
      return polygon({ x: at.x, y: at.y - 11 }, "l11 11l-11 11l-11 -11", "timer") + inside;
    case "call":
      return polygon({ x: at.x - 8, y: at.y - 8 }, "h16v16h-16", "call") + inside;
    case "answer":
      return polygon({ x: at.x - 7, y: at.y - 7 }, "h14v14h-14", "call", true);
    case "crash":
      return cross(at, 8, "loss") + beside;
    case "recover":
      return polygon({ x: at.x, y: at.y - 11 }, "l11 18h-22", "return") + beside;
    case "pause":
      return path({ x: at.x - 3, y: at.y - 9 }, "v18m6 -18v18", 'class="s-timer" stroke-width="3"') + beside;
    case "fault":
      return polygon({ x: at.x, y: at.y + 10 }, "l-10 -17h20", "fault") + beside;
    default:
      return `<circle cx="${px(at.x)}" cy="${px(at.y)}" r="4" class="f-paper s-call" stroke-width="1.5"/>`;
  }
};

/** What is written beside an event. */
export const eventWords = (event: TraceEvent, scene: Scene): Words => {
  const label = isLandedForgery(event, scene) ? undefined : scene.layout.labels.get(event.id);
  if (label === undefined) return { patch: "", text: "" };
  const { x } = placeOf(event, scene);
  const number = scene.numbers.get(event.id);
  if (event.node === undefined) {
    const words = number === undefined ? label.text : `(${number}) ${label.text}`;
    return patched({ x: x + 4, y: MARGIN_TOP - 32 }, words, 11, "fault", "start");
  }
  const y = scene.layout.y(event.node) + (label.level === "above" ? -15 : 26);
  return patched({ x: x - 6, y }, label.text, 11, inkOf(event), "start");
};

/** Drawn as the message that arrives: until then nobody did anything. */
const isLandedForgery = (event: TraceEvent, { landed }: Scene): boolean => isForgery(event) && landed.has(event.id);

const titleOf = (event: TraceEvent, { view }: Scene): string => {
  const where = event.node === undefined ? "" : `${oneLine(view.nameOf(event.node))}: `;
  const what = `${event.kind} ${eventText(event, view, TEXT_LENGTH_MAX)} (event ${event.id}, ${event.at} ms)`;
  return `<title>${xml(where + what)}</title>`;
};

/** The shape of an event, ringed when it is at fault, with its whole text where a pointer rests. */
export const eventShape = (event: TraceEvent, scene: Scene): string => {
  const { layout, marked } = scene;
  if (isLandedForgery(event, scene)) return "";
  const x = layout.x(event);
  if (event.node === undefined) {
    const bar = line({ x, y: MARGIN_TOP - 26 }, { x, y: layout.height - 66 }, "fault", ' stroke-dasharray="6 4"');
    return `<g>${titleOf(event, scene)}${bar}</g>`;
  }
  const at = placeOf(event, scene);
  const ring = `<circle cx="${px(at.x)}" cy="${px(at.y)}" r="15" class="s-loss" fill="none" stroke-width="2"/>`;
  return `<g>${titleOf(event, scene)}${marked.has(event.id) ? ring : ""}${shape(event, scene)}</g>`;
};
