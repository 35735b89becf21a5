export {Client} from './lib/client.js';
