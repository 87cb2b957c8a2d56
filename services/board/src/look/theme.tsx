import { theme as antdTheme, ConfigProvider } from 'antd';
import { type ReactNode, useLayoutEffect, useSyncExternalStore } from 'react';
import { useSettings } from './settings.ts';
import { DARK, LIGHT, properties } from './tokens.ts';

const media = matchMedia('(prefers-color-scheme: dark)');
const onMedia = (listener: () => void): (() => void) => {
  media.addEventListener('change', listener);
  return () => media.removeEventListener('change', listener);
};

/** Whether the page is dark now; `forced` is what the address asks for. */
export const useDark = (forced: 'light' | 'dark' | undefined): boolean => {
  const { theme } = useSettings();
  const system = useSyncExternalStore(onMedia, () => media.matches);
  const wanted = forced ?? theme;
  return wanted === 'system' ? system : wanted === 'dark';
};

/** Puts the tokens on the page and into the components of the library. */
export const Theme = ({ dark, children }: { readonly dark: boolean; readonly children: ReactNode }) => {
  const { redUp } = useSettings();
  const tokens = dark ? DARK : LIGHT;
  // In the dark a shadow alone does not lift anything.
  const shadow = `0 0 0 1px ${tokens.line}, 0 12px 32px rgb(0 0 0 / ${dark ? 60 : 14}%)`;
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    for (const [name, value] of Object.entries(properties(tokens, redUp))) style.setProperty(name, value);
    style.colorScheme = dark ? 'dark' : 'light';
  }, [tokens, dark, redUp]);
  return (
    <ConfigProvider
      theme={{
        cssVar: { key: 'board' },
        algorithm: dark ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
        token: {
          colorPrimary: tokens.accent,
          colorLink: tokens.accent,
          colorText: tokens.text,
          colorTextSecondary: tokens.text2,
          colorTextDescription: tokens.text2,
          colorTextPlaceholder: tokens.text3,
          colorBgContainer: tokens.surface,
          colorBgElevated: tokens.surface,
          colorBorder: tokens.line,
          colorBorderSecondary: tokens.line2,
          colorError: tokens.bad,
          colorTextLightSolid: tokens.onFill,
          borderRadius: 6,
          borderRadiusLG: 10,
          fontSize: 13,
          controlHeight: 28,
          fontFamily: "'Inter Variable', system-ui, sans-serif",
          boxShadow: shadow,
          boxShadowSecondary: shadow,
          motion: false,
        },
      }}
    >
      {children}
    </ConfigProvider>
  );
};
