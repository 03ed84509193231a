import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface VirtualListProps<Item> {
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly row: (item: Item) => ComponentChildren;
  /** What the list is of, for screen readers. */
  readonly label: string;
}

/** Rows above and below the screen, so that fast scrolling finds them drawn. */
const SPARE = 8;
/** A list of no more rows is drawn whole, so that the browser can search and print it. */
const SHORT = 50;
/** Of a row, until the style has said how high it is. */
const FIRST_HEIGHT = 44;

/**
 * A list that scrolls with the page, of which only what is on the screen is drawn. All rows have the height `--row` of the
 * list. Screen readers are told the place of each row among all.
 */
export function VirtualList<Item>({ items, keyOf, row, label }: VirtualListProps<Item>) {
  const list = useRef<HTMLUListElement>(null);
  const [shown, setShown] = useState({ from: 0, to: 40, height: FIRST_HEIGHT });

  useLayoutEffect(() => {
    const look = (): void => {
      const element = list.current;
      if (element === null) return;
      const height = Number.parseFloat(getComputedStyle(element).getPropertyValue('--row')) || FIRST_HEIGHT;
      const above = -element.getBoundingClientRect().top;
      const from = Math.max(0, Math.floor(above / height) - SPARE);
      const to = Math.ceil((above + innerHeight) / height) + SPARE;
      setShown((last) =>
        last.from === from && last.to === to && last.height === height ? last : { from, to, height },
      );
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [items.length]);

  const { height } = shown;
  const { from, to } = items.length <= SHORT ? { from: 0, to: items.length } : shown;
  return (
    <ul class="virtual" ref={list} aria-label={label} style={{ height: `${items.length * height}px` }}>
      {items.slice(from, to).map((item, at) => (
        <li
          key={keyOf(item)}
          aria-setsize={items.length}
          aria-posinset={from + at + 1}
          style={{ transform: `translateY(${(from + at) * height}px)` }}
        >
          {row(item)}
        </li>
      ))}
    </ul>
  );
}
