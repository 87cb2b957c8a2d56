import { useEffect } from 'react';

const POINTER_MS = 3_000;

/** A wall screen: scaled by the style sheet, kept awake, without a pointer when nobody moves it. */
export const useKiosk = (on: boolean): void => {
  useEffect(() => {
    const { classList } = document.documentElement;
    classList.toggle('kiosk', on);
    if (!on) return;
    let timer: ReturnType<typeof setTimeout>;
    let lock: WakeLockSentinel | undefined;
    const moved = (): void => {
      classList.remove('no-pointer');
      clearTimeout(timer);
      timer = setTimeout(() => classList.add('no-pointer'), POINTER_MS);
    };
    const stayAwake = (): void => {
      if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
      navigator.wakeLock.request('screen').then(
        (held) => {
          lock = held;
        },
        // A browser that refuses is a screen that may sleep, no more.
        () => {},
      );
    };
    moved();
    stayAwake();
    addEventListener('pointermove', moved);
    document.addEventListener('visibilitychange', stayAwake);
    return () => {
      clearTimeout(timer);
      classList.remove('kiosk', 'no-pointer');
      removeEventListener('pointermove', moved);
      document.removeEventListener('visibilitychange', stayAwake);
      void lock?.release();
    };
  }, [on]);
};
