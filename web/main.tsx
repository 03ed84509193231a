import { render } from 'preact';
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/views.css';
import './style/nodes.css';
import './style/users.css';
import './style/alerts.css';
import './style/supervision.css';
import './style/node.css';
import './style/alerting.css';
import './style/status.css';
import { App } from './app.js';
import { language } from './i18n/messages.js';

document.documentElement.lang = language;
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
