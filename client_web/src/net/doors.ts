// The HTTP doors that every page shares and those of a member, each with what it takes and gives. One line, one door.

import { query, type Http, type Patience } from './http'
import type * as wire from './wire'

export type Doors = ReturnType<typeof doors>
export type MemberDoors = ReturnType<typeof memberDoors>

export interface Page {
  after?: number | undefined
  before?: number | undefined
  log?: wire.Log | undefined
  limit?: number | undefined
}

/** What every signed-in person uses. */
export function doors(http: Http) {
  const at = (conversation: wire.Uuid) => `/api/conversations/${conversation}`
  return {
    me: () => http.get<wire.Me>('/api/me'),
    ticket: () => http.post<wire.Ticket>('/api/tickets'),
    exchange: (body: wire.Exchange, patience: Patience) => http.post<wire.Exchanged>('/api/exchange', body, patience),
    roles: () => http.get<wire.RoleCards>('/api/roles'),
    signInWithPassword: (body: wire.SignInWithPassword) => http.post<wire.Me>('/api/sessions/password', body),
    signOut: () => http.delete<wire.Fine>('/api/sessions/current'),
    setPassword: (body: wire.SetPassword) => http.put<wire.Me>('/api/me/password', body),

    conversations: () => http.get<wire.Conversations>('/api/conversations'),
    conversation: (id: wire.Uuid) => http.get<wire.ConversationShown>(at(id)),
    events: (id: wire.Uuid, page: Page = {}) => http.get<wire.EventPage>(`${at(id)}/events${query({ ...page })}`),
    post: (id: wire.Uuid, body: wire.PostMessage) => http.post<wire.Accepted>(`${at(id)}/messages`, body),
    edit: (id: wire.Uuid, seq: number, body: wire.EditMessage) =>
      http.put<wire.Fine>(`${at(id)}/messages/${seq}`, body),
    seen: (id: wire.Uuid, body: wire.MarkSeenUpTo) => http.post<wire.Fine>(`${at(id)}/seen`, body),
    leave: (id: wire.Uuid) => http.post<wire.Fine>(`${at(id)}/leave`),
    close: (id: wire.Uuid) => http.post<wire.Fine>(`${at(id)}/close`),

    rooms: () => http.get<wire.Rooms>('/api/rooms'),
    join: (id: wire.Uuid, body: wire.JoinRoom) => http.post<wire.ConversationShown>(`/api/rooms/${id}/join`, body),
    report: (body: wire.ReportMessage) => http.post<wire.Receipt>('/api/reports', body),
  }
}

/** What only a member uses. */
export function memberDoors(http: Http) {
  return {
    ...doors(http),
    doorway: (hub?: string) => http.get<wire.Doorway>(`/api/doorway${query({ hub })}`),
    arrive: (body: wire.Arrive) => http.post<wire.Arrived>('/api/arrivals', body),
    signInWithCode: (body: wire.SignInWithCode) => http.post<wire.Me>('/api/sessions/code', body),
    newRecoveryCode: () => http.post<wire.NewRecoveryCode>('/api/me/recovery-code'),
    ask: (body: wire.AskForSupport) => http.post<wire.LinePlace>('/api/line', body),
    line: () => http.get<wire.LinePlace>('/api/line'),
    stepOutOfLine: () => http.delete<wire.Fine>('/api/line'),
    receipts: () => http.get<wire.Receipts>('/api/reports'),
    readings: () => http.get<wire.Readings>('/api/readings'),
    answerQuestion: (question: wire.Uuid, body: wire.AnswerQuestion) =>
      http.post<wire.ConsentQuestion>(`/api/questions/${question}/answer`, body),
    acts: () => http.get<wire.Acts>('/api/acts'),
    appeal: (act: wire.Uuid, body: wire.Appeal) => http.post<wire.ActShown>(`/api/acts/${act}/appeal`, body),
  }
}
