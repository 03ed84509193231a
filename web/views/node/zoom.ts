import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { moved, zoomed, type TimeRange } from './time-range.js';

/** Of the span, for a step with the keyboard or a button. */
export const STEP = 0.25;
const IN = 0.5;
const OUT = 2;
/** A turn of the wheel by so many pixels halves the span. */
const WHEEL = 300;

/** The axis that is zoomed, and what it shows now. */
export interface ZoomedAxis {
  readonly range: TimeRange;
  readonly now: () => number;
  readonly change: (range: TimeRange) => void;
}

/** What a key does; undefined if it is none of the axis. */
export function rangeAfterKey({ range, now }: ZoomedAxis, key: string): TimeRange | undefined {
  const at = now();
  const { span } = range;
  const middle = Math.min(range.end ?? at, at) - span / 2;
  switch (key) {
    case 'ArrowLeft':
      return moved(range, -span * STEP, at);
    case 'ArrowRight':
      return moved(range, span * STEP, at);
    case 'PageUp':
      return moved(range, -span, at);
    case 'PageDown':
      return moved(range, span, at);
    case '+':
    case '=':
      return zoomed(range, IN, range.end === undefined ? at : middle, at);
    case '-':
    case '_':
      return zoomed(range, OUT, range.end === undefined ? at : middle, at);
    case 'End':
      return { span, end: undefined };
    default:
      return undefined;
  }
}

/**
 * Lets the mouse and fingers zoom and move an axis: dragging moves it, a pinch zooms, and so does the wheel with Ctrl, as
 * trackpads send a pinch; the wheel alone scrolls the page.
 */
export function usePointerZoom<Place extends HTMLElement>(axis: ZoomedAxis): RefObject<Place | null> {
  const place = useRef<Place>(null);
  const latest = useRef(axis);
  latest.current = axis;

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const fingers = new Map<number, number>();
    /** An instant for each pixel, from the left edge on. */
    const instantAt = (x: number): number => {
      const { range, now } = latest.current;
      const box = element.getBoundingClientRect();
      const to = Math.min(range.end ?? now(), now());
      return to - range.span * (1 - (x - box.left) / box.width);
    };
    const perPixel = (): number => latest.current.range.span / element.getBoundingClientRect().width;
    const change = (next: TimeRange): void => latest.current.change(next);
    const spread = (): number => {
      const [one = 0, other = 0] = fingers.values();
      return Math.max(1, Math.abs(one - other));
    };
    const down = (event: PointerEvent): void => {
      if (event.button !== 0) return;
      fingers.set(event.pointerId, event.clientX);
      element.setPointerCapture(event.pointerId);
    };
    const move = (event: PointerEvent): void => {
      const before = fingers.get(event.pointerId);
      if (before === undefined) return;
      const { range, now } = latest.current;
      if (fingers.size === 1) {
        fingers.set(event.pointerId, event.clientX);
        if (event.clientX !== before) change(moved(range, (before - event.clientX) * perPixel(), now()));
        return;
      }
      const was = spread();
      fingers.set(event.pointerId, event.clientX);
      const [one = 0, other = 0] = fingers.values();
      change(zoomed(range, was / spread(), instantAt((one + other) / 2), now()));
    };
    const up = (event: PointerEvent): void => void fingers.delete(event.pointerId);
    const wheel = (event: WheelEvent): void => {
      const { range, now } = latest.current;
      const isZoom = event.ctrlKey || event.metaKey;
      if (!isZoom && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      change(
        isZoom
          ? zoomed(range, OUT ** (event.deltaY / WHEEL), instantAt(event.clientX), now())
          : moved(range, event.deltaX * perPixel(), now()),
      );
    };
    const doubled = (event: MouseEvent): void => {
      const { range, now } = latest.current;
      change(zoomed(range, event.shiftKey ? OUT : IN, instantAt(event.clientX), now()));
    };
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', up);
    element.addEventListener('wheel', wheel, { passive: false });
    element.addEventListener('dblclick', doubled);
    return () => {
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', up);
      element.removeEventListener('wheel', wheel);
      element.removeEventListener('dblclick', doubled);
    };
  }, []);
  return place;
}
