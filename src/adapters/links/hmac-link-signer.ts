import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { LINK_ACTIONS, TOKEN_MARK, type ActionLink, type LinkUse } from '../../domain/action-link.js';
import { parseNodeName } from '../../domain/node-name.js';
import { instant } from '../../domain/time.js';
import type { LinkSigner } from '../../ports/link-signer.js';

/** SHA-256 makes 32 bytes. */
const SIGNATURE = 32;
/** Action, instant of the failure in milliseconds, expiry in seconds, and the length of the channel's name. */
const HEAD = 1 + 6 + 6 + 1;
const AT = { since: 1, expires: 7, channel: 13 };
/** The bytes of the digest by which a use is stored. */
const DIGEST = 16;
const TOKEN = new RegExp(`^${TOKEN_MARK}([A-Za-z0-9_-]+)$`);

/**
 * Signs with HMAC-SHA256. A token is, in base64url, what the link does and then the signature over that: the daemon
 * keeps nothing of it.
 */
export class HmacLinkSigner implements LinkSigner {
  readonly #secret: { reveal(): string };

  constructor(secret: { reveal(): string }) {
    this.#secret = secret;
  }

  sign(link: ActionLink): string {
    const content = contentOf(link);
    return TOKEN_MARK + Buffer.concat([content, this.#signatureOf(content)]).toString('base64url');
  }

  read(token: string): (ActionLink & { readonly use: LinkUse }) | undefined {
    const [, text] = TOKEN.exec(token) ?? [];
    if (text === undefined) return undefined;
    const bytes = Buffer.from(text, 'base64url');
    // One link has one spelling: base64url ignores the last bits of a text.
    if (bytes.toString('base64url') !== text || bytes.length < HEAD + SIGNATURE) return undefined;
    const content = bytes.subarray(0, -SIGNATURE);
    if (!timingSafeEqual(bytes.subarray(-SIGNATURE), this.#signatureOf(content))) return undefined;
    const link = linkIn(content);
    if (link === undefined) return undefined;
    const id = createHash('sha256').update(bytes).digest().subarray(0, DIGEST).toString('base64url');
    return { ...link, use: { id, expires: link.expires } };
  }

  /** Begins with what it is for: a signature for anything else with the same secret is no link. */
  #signatureOf(content: Buffer): Buffer {
    return createHmac('sha256', this.#secret.reveal()).update(TOKEN_MARK).update(content).digest();
  }
}

function contentOf({ action, node, since, channel, expires }: ActionLink): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt8(LINK_ACTIONS.indexOf(action));
  head.writeUIntBE(since, AT.since, 6);
  head.writeUIntBE(Math.floor(expires / 1000), AT.expires, 6);
  const named = Buffer.from(channel);
  head.writeUInt8(named.length, AT.channel);
  return Buffer.concat([head, named, Buffer.from(node)]);
}

function linkIn(content: Buffer): ActionLink | undefined {
  const { [content.readUInt8()]: action } = LINK_ACTIONS;
  const behind = HEAD + content.readUInt8(AT.channel);
  const node = parseNodeName(content.subarray(behind).toString());
  if (action === undefined || node === undefined) return undefined;
  return {
    action,
    node,
    since: instant(content.readUIntBE(AT.since, 6)),
    channel: content.subarray(HEAD, behind).toString(),
    expires: instant(content.readUIntBE(AT.expires, 6) * 1000),
  };
}
