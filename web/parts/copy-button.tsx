import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n/messages.js';

const SHOWN_FOR = 2000;

/** Copies a text, and says so. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = (): void => {
    copyText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <button
      type="button"
      class="button"
      onClick={copy}
      aria-label={`${isCopied ? t.copied : t.copy}: ${what}`}
    >
      {isCopied ? t.copied : t.copy}
    </button>
  );
}

async function copyText(text: string): Promise<void> {
  // Over plain HTTP there is none, except on loopback.
  if ('clipboard' in navigator) {
    await navigator.clipboard.writeText(text);
    return;
  }
  throw new Error('this browser lets no page copy that came over plain HTTP');
}
