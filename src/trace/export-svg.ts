/*
 * A trace as a space-time diagram for slides and notes: lanes from left to right, arrows that lean with the delay of
 * their messages, real text. It is one file without scripts, fonts or references.
 */
import type { Trace, TraceEvent } from "../model/index.ts";
import { oneLine } from "./event-text.ts";
import { eventShape, eventWords } from "./svg-events.ts";
import { MARGIN_TOP } from "./svg-layout.ts";
import { messageArrow, unlandedArrow } from "./svg-messages.ts";
import { type Scene, type SvgOptions, sceneOf } from "./svg-scene.ts";
import { hatch, line, px, style, text, xml } from "./svg-shapes.ts";
import { cutTo } from "./text-line.ts";

/** Room for the legend, however short the run. */
const WIDTH_MIN = 700;

const laneLines = ({ view, layout }: Scene): string =>
  view.header.nodes
    .map(({ id, name }) => {
      const y = layout.y(id);
      const lane = line({ x: layout.marginLeft - 8, y }, { x: layout.end, y }, "lane", ' stroke-width="1.5"');
      const label = cutTo(oneLine(name), 30);
      return (
        lane +
        text(
          { x: layout.marginLeft - 18, y: y + 5 },
          label,
          "text",
          ' text-anchor="end" font-weight="600" font-size="15"',
        )
      );
    })
    .join("\n");

/** From an event that begins something to the one that ends it, or to the end of the picture. */
const until = (start: TraceEvent, ends: (event: TraceEvent) => boolean, { drawn, layout }: Scene): number => {
  const end = drawn.find((event) => event.id > start.id && event.node === start.node && ends(event));
  return end === undefined ? layout.end : layout.x(end);
};

/** Hatched while a node is down, tinted while it pauses, a band over all lanes while a partition lasts. */
const band = (event: TraceEvent, scene: Scene): string => {
  const { layout } = scene;
  const { kind, name = "", node } = event;
  const x = layout.x(event);
  if (kind === "crash" && node !== undefined) {
    return hatch(x, layout.y(node) - 9, until(event, (other) => other.kind === "recover", scene) - x, 18, "loss");
  }
  if (name.endsWith(" end") || (kind !== "pause" && !(kind === "fault" && name.startsWith("partition")))) return "";
  const end = until(event, (other) => other.kind === kind && other.name === name.replace("begin", "end"), scene);
  const [top, height] =
    node === undefined ? [MARGIN_TOP - 26, layout.height - MARGIN_TOP - 40] : [layout.y(node) - 9, 18];
  const ink = kind === "pause" ? "timer" : "fault";
  return `<rect x="${px(x)}" y="${px(top)}" width="${px(end - x)}" height="${px(height)}" class="f-${ink}" fill-opacity="0.12"/>`;
};

const axis = ({ layout }: Scene): string => {
  const y = layout.height - 34;
  const isWhole = layout.ticks.every(({ at }) => Number.isInteger(at));
  let free = 0;
  const marks = layout.ticks.map(({ at, x }) => {
    const words = isWhole ? `${at}` : at.toFixed(1);
    if (x < free) return "";
    free = x + 7 * words.length + 10;
    return (
      line({ x, y: y - 14 }, { x, y: y - 9 }, "faint") +
      text({ x, y: y + 3 }, words, "faint", ' font-size="10" text-anchor="middle"')
    );
  });
  return `${text({ x: layout.marginLeft - 18, y: y + 3 }, "ms", "faint", ' font-size="10" text-anchor="end"')}${marks.join("")}`;
};

const legend =
  "● delivered · ◆ timeout · ■ call · □ answer · ✕ lost, or crashed until ▲ · ‖ paused · gaps in time not to scale";

/** From back to front: bands, lanes, arrows, shapes; all patches before all words, so that no patch hides a word. */
const layersOf = (scene: Scene): readonly string[] => {
  const { drawn, landed } = scene;
  const arrows = drawn
    .filter(({ kind }) => kind === "deliver" || kind === "drop")
    .map((event) => messageArrow(event, scene));
  const unlanded = drawn.filter(({ kind, id }) => kind === "send" && !landed.has(id));
  const words = [...arrows.map((arrow) => arrow.words), ...drawn.map((event) => eventWords(event, scene))];
  return [
    ...drawn.map((event) => band(event, scene)),
    laneLines(scene),
    ...arrows.map(({ lines }) => lines),
    ...unlanded.map((event) => unlandedArrow(event, scene)),
    ...words.map(({ patch }) => patch),
    ...drawn.map((event) => eventShape(event, scene)),
    ...words.map((each) => each.text),
    axis(scene),
  ];
};

/**
 * A trace as one SVG document. It follows the reader's preference for light or dark where the viewer tells it, and is
 * light elsewhere.
 */
export const exportSvg = (trace: Trace, options: SvgOptions = {}): string => {
  const scene = sceneOf(trace, options);
  const { layout, drawn, count } = scene;
  const { scenario, seed } = trace.header;
  const left = count > drawn.length ? `, the first ${drawn.length} of ${count} events` : "";
  const caption = oneLine(`${scenario}, seed ${seed}${left}`);
  const width = Math.ceil(Math.max(layout.end + 24, WIDTH_MIN));
  const size = `viewBox="0 0 ${width} ${layout.height}" width="${width}" height="${layout.height}"`;
  const font = `font-family="ui-sans-serif, system-ui, -apple-system, 'Segoe UI', sans-serif"`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="quorate" ${size} role="img" ${font}>`,
    `<title>${xml(`Space-time diagram: ${caption}`)}</title>`,
    style,
    `<rect width="100%" height="100%" class="f-paper"/>`,
    text({ x: 16, y: 24 }, caption, "text", ' font-size="14" font-weight="600"'),
    ...layersOf(scene),
    text({ x: 16, y: layout.height - 10 }, legend, "faint", ' font-size="10"'),
    "</svg>",
  ];
  return `${parts.filter((part) => part !== "").join("\n")}\n`;
};
