// Speaks to the YAML language server as an editor does, and checks what it answers.
// usage: node language_client.mjs FOLDER SCENARIOS
// FOLDER holds node_modules and seedwire.schema.json; SCENARIOS are valid and must stay unmarked.
import {spawn} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

const [folder, scenarios] = process.argv.slice(2);
const schema = pathToFileURL(resolve(folder, 'seedwire.schema.json')).href;
const server = spawn(
    process.execPath,
    [join(folder, 'node_modules/yaml-language-server/bin/yaml-language-server'), '--stdio'],
    {stdio: ['pipe', 'pipe', 'inherit']});

const answers = new Map();  // by id of the request
const marks = new Map();    // by document, the latest
const waiting = [];
let input = Buffer.alloc(0), requests = 0;

function send(message) {
    const text = JSON.stringify({jsonrpc: '2.0', ...message});
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

function receive(message) {
    if (message.method && message.id !== undefined) {  // the server asks for settings
        const wanted = message.params?.items ?? [];
        const result = message.method === 'workspace/configuration' ?
            wanted.map(item => item.section === 'yaml' ? {validate: true, completion: true} : {}) :
            null;
        send({id: message.id, result});
    } else if (message.method === 'textDocument/publishDiagnostics') {
        marks.set(message.params.uri, message.params.diagnostics);
    } else if (message.id !== undefined) {
        answers.set(message.id, message);
    }
    for (const check of waiting) check();
}

server.stdout.on('data', chunk => {
    input = Buffer.concat([input, chunk]);
    for (;;) {
        const end = input.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = Number(/Content-Length: (\d+)/i.exec(input.toString('utf8', 0, end))[1]);
        if (input.length < end + 4 + length) return;
        const body = input.toString('utf8', end + 4, end + 4 + length);
        input = input.subarray(end + 4 + length);
        receive(JSON.parse(body));
    }
});

function until(condition, what) {
    return new Promise((done, fail) => {
        const timer = setTimeout(() => fail(new Error(`no ${what} within 20 s`)), 20000);
        const check = () => {
            const value = condition();
            if (value === undefined) return;
            clearTimeout(timer);
            waiting.splice(waiting.indexOf(check), 1);
            done(value);
        };
        waiting.push(check);
        check();
    });
}

async function request(method, params) {
    const id = ++requests;
    send({id, method, params});
    const answer = await until(() => answers.get(id), `answer to ${method}`);
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
}

async function open(name, text) {
    const uri = pathToFileURL(resolve(folder, name)).href;
    send({method: 'textDocument/didOpen', params: {textDocument: {
        uri, languageId: 'yaml', version: 1,
        text: `# yaml-language-server: $schema=${schema}\n${text}`}}});
    return {uri, marks: await until(() => marks.get(uri), `diagnostics of ${name}`)};
}

async function complete(uri, line, character) {
    const list = await request('textDocument/completion',
                               {textDocument: {uri}, position: {line, character}});
    return (list?.items ?? list ?? []).map(item => item.label);
}

let failed = 0;
function expect(condition, text) {
    if (condition) return;
    failed += 1;
    console.log(`FAILED: ${text}`);
}

await request('initialize', {
    processId: process.pid, rootUri: null,
    capabilities: {workspace: {configuration: true},
                   textDocument: {completion: {completionItem: {snippetSupport: true}},
                                  publishDiagnostics: {}}}});
send({method: 'initialized', params: {}});

// Line 0 is the one that names the schema.
const good = await open('good.yaml', 'version: 1\nhosts: [a, b]\nlinks:\n' +
    '  - {between: [a, b], rate: 10 Mbit/s, delay: 5 ms}\nflows:\n' +
    '  f:\n    app: bulk\n    from: a\n    to: b\n    \n');
expect(good.marks.length === 0, `a valid scenario is marked: ${JSON.stringify(good.marks)}`);
const keys = await complete(good.uri, 10, 4);
for (const key of ['bytes', 'start', 'count'])
    expect(keys.includes(key), `no completion '${key}' within a flow; there are: ${keys}`);
expect(!keys.includes('hosts'), `'hosts' is offered within a flow`);
const top = await open('top.yaml', 'version: 1\nflo\n');
const words = await complete(top.uri, 2, 3);
expect(words.includes('flows'), `no completion 'flows' for 'flo'; there are: ${words}`);

const wrong = await open('wrong.yaml', 'version: 1\nhosts: [a, b]\nlinks:\n' +
    '  - between: [a, b]\n    dealy: 5 ms\n');
const mark = wrong.marks.find(m => m.message.includes('dealy'));
expect(mark !== undefined, `'dealy' is not marked: ${JSON.stringify(wrong.marks)}`);
expect(mark?.range.start.line === 5 && mark?.range.start.character === 4,
       `'dealy' is marked at ${JSON.stringify(mark?.range.start)}`);

for (const file of readdirSync(scenarios, {recursive: true}).sort()) {
    if (!String(file).endsWith('.yaml')) continue;
    const {marks: found} = await open(String(file).replaceAll('/', '-'),
                                      readFileSync(join(scenarios, String(file)), 'utf8'));
    expect(found.length === 0, `${file} is marked: ${JSON.stringify(found)}`);
}

server.kill();
console.log(failed === 0 ? 'the schema serves an editor' : `${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
