import { memo } from 'react';

const HUES = 12;

const hueOf = (text: string): number => {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9_973;
  return (sum % HUES) * (360 / HUES);
};

const initialsOf = (name: string): string =>
  name
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase())
    .join('');

/** A room's picture, or its initials on a colour of its own. */
export const Avatar = memo(
  ({ name, url, size = 32 }: { readonly name: string; readonly url?: string | undefined; readonly size?: number }) =>
    url?.startsWith('https://') === true ? (
      <img className="avatar" src={url} alt="" width={size} height={size} referrerPolicy="no-referrer" />
    ) : (
      <span
        className="avatar"
        aria-hidden="true"
        style={{ width: size, height: size, background: `hsl(${hueOf(name)} 42% 32%)`, fontSize: size * 0.36 }}
      >
        {initialsOf(name)}
      </span>
    ),
);
