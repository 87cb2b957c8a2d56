import './styles/base.css';
import './styles/top-bar.css';
import './styles/monitor.css';
import './styles/lane.css';
import './styles/dialogs.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { Boot } from './boot.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('#root: is not on the page');
const queries = new QueryClient({ defaultOptions: { queries: { refetchOnWindowFocus: false, retry: 2 } } });
createRoot(root).render(
  <QueryClientProvider client={queries}>
    <Boot>
      <App />
    </Boot>
  </QueryClientProvider>,
);
