<?php

// The PHP client at the end of a pipe: a command a line in, a line out (see shared.py).

declare(strict_types=1);

use SmartShelf\Answer;
use SmartShelf\BadReply;
use SmartShelf\Client;
use SmartShelf\Failure;
use SmartShelf\Fallback;
use SmartShelf\Protocol;

error_reporting(E_ALL);
set_error_handler(static fn (int $level, string $message, string $file, int $line) => throw new ErrorException($message, 0, $level, $file, $line));
require __DIR__ . '/autoload.php';

/** What stands for values that JSON has not; objects are decoded as such, so that the empty one is a map. */
function given(mixed $value): mixed
{
    if (is_array($value)) {
        return array_map(given(...), $value);
    }
    if (!$value instanceof stdClass) {
        return $value;
    }
    $entries = get_object_vars($value);
    return match (count($entries) === 1 ? array_key_first($entries) : null) {
        '$integer' => (int) $entries['$integer'],
        '$bytes' => hex2bin($entries['$bytes']),
        '$float' => (float) $entries['$float'],
        default => $entries === [] ? new stdClass() : array_map(given(...), $entries),
    };
}

/** @return array<string, mixed> */
function params(stdClass $given): array
{
    return (array) given($given);
}

/** @return array<string, mixed> */
function told(Answer $answer): array
{
    return ['source' => $answer->source, 'error' => $answer->error, 'result' => $answer->result];
}

/** @return array<string, mixed> */
function decoded(stdClass $command): array
{
    $kind = Protocol::kindOf($command->method);
    try {
        $reply = (new Protocol())->decode(hex2bin($command->reply));
        $error = $reply->error ?? Protocol::shapeError($kind, $reply->result, '');
        if ($error === null) {
            return told(new Answer('server', $reply->result)) + ['msgid' => $reply->msgid];
        }
    } catch (BadReply $bad) {
        $error = new Failure(0, 'bad_reply', $bad->getMessage());
    }
    return told(Fallback::answer($kind, params($command->params), $command->fallback, $error));
}

/** @return ?list<string> */
function homes(stdClass $command): ?array
{
    $visitor = Protocol::visitorOf($command->method, params($command->params));
    usort($command->endpoints, static fn (string $one, string $other): int => Protocol::byDistance($visitor ?? 0, $one, $other));
    return $visitor === null ? null : $command->endpoints;
}

$clients = [];
$open = static function (stdClass $command) use (&$clients): array {
    try {
        $clients[$command->client] = new Client(...get_object_vars($command->options));
        return [];
    } catch (InvalidArgumentException | ZMQException $error) {
        return ['refused' => $error->getMessage()];
    }
};
$many = static function (stdClass $command) use (&$clients): array {
    $send = static fn (stdClass $params) => $clients[$command->client]->send($command->method, params($params));
    return array_map(static fn ($pending) => told($pending->answer()), array_map($send, $command->params));
};
$close = static function (stdClass $command) use (&$clients): array {
    $clients[$command->client]->close();
    unset($clients[$command->client]);
    return [];
};

while (($line = fgets(STDIN)) !== false) {
    $command = json_decode($line, flags: JSON_THROW_ON_ERROR);
    $reply = match ($command->do) {
        'open' => $open($command),
        'close' => $close($command),
        'ask' => told($clients[$command->client]->call($command->method, params($command->params), $command->timeout_ms ?? null)),
        'many' => $many($command),
        'encode' => ['bytes' => bin2hex((new Protocol())->encode($command->msgid, $command->method, params($command->params)))],
        'decode' => decoded($command),
        'homes' => ['order' => homes($command)],
    };
    echo json_encode($reply === [] && $command->do !== 'many' ? new stdClass() : $reply, JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION), "\n";
}
