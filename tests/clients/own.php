<?php

// Connections that persist, children, params that cannot be sent: of PHP's client alone (check_own.py).

declare(strict_types=1);

require __DIR__ . '/autoload.php';

use SmartShelf\Client;

$endpoint = getenv('SMARTSHELF_ENDPOINT');
$question = ['item_id' => '85123A', 'limit' => 2];

for ($request = 0; $request < 5; $request++) { // as requests to one process of PHP-FPM
    $client = new Client($endpoint, timeout_ms: 20000, persistent: true);
    assert($client->related($question)->ok());
    $client->send('related', $question); // given up: its reply comes to the next request's socket
    unset($client);
}

$client = new Client($endpoint, timeout_ms: 20000, fallback: ['a']);
foreach ([['item_id' => fopen('php://memory', 'r')], ['item_id' => $client]] as $params) {
    $answer = $client->related($params);
    assert($answer->error?->name === 'argument' && $answer->itemIds() === ['a']);
}
$pending = $client->send('related', $question);
$client->close();
assert($pending->answer()->error?->name === 'closed');
try {
    $client->related();
    assert(false);
} catch (LogicException) {
}

if (function_exists('pcntl_fork')) {
    $child = pcntl_fork();
    if ($child === 0) {
        exit((new Client($endpoint, timeout_ms: 20000))->related($question)->ok() ? 0 : 1);
    }
    pcntl_waitpid($child, $status);
    assert(pcntl_wexitstatus($status) === 0);
}

try {
    new Client($endpoint, timeout: 5);
    assert(false);
} catch (Error $error) {
    assert(str_contains($error->getMessage(), 'timeout'));
}
$keys = ['server_key' => str_repeat('a', 40), 'public_key' => str_repeat('b', 40), 'secret_key' => 'secret'];
foreach ([[['127.0.0.1:5555'], 'endpoints: tcp://'], [['tcp://127.0.0.1'], 'endpoints: tcp://'], [[$endpoint, ...$keys], 'secret_key: 40 ']] as [$options, $said]) {
    try {
        new Client(...$options);
        assert(false);
    } catch (InvalidArgumentException $error) {
        assert(str_contains($error->getMessage(), $said), $error->getMessage());
    }
}
echo "ok\n";
