// The HTTP doors of staff: the desk, on call, and the coordinator's page. A member's page does not carry them.

import { doors } from './doors'
import type { Http } from './http'
import type * as wire from './wire'

export type StaffDoors = ReturnType<typeof staffDoors>
export type OnCallStep = 'acknowledge' | 'start' | 'join' | 'hand-back'

export function staffDoors(http: Http) {
  const report = (id: wire.Uuid) => `/api/desk/reports/${id}`
  const appeal = (id: wire.Uuid) => `/api/desk/appeals/${id}`
  const page = (id: wire.Uuid) => `/api/on-call/${id}`
  return {
    ...doors(http),
    beginSecondFactor: () => http.post<wire.SecondFactorSetup>('/api/me/second-factor'),
    confirmSecondFactor: (body: wire.ConfirmSecondFactor) => http.put<wire.Me>('/api/me/second-factor', body),

    desk: () => http.get<wire.Desk>('/api/desk'),
    setReady: (body: wire.SetReady) => http.put<wire.Met>('/api/desk/ready', body),
    deskConversations: () => http.get<wire.Conversations>('/api/desk/conversations'),
    openReport: (id: wire.Uuid) => http.get<wire.ReportOpened>(report(id)),
    claimReport: (id: wire.Uuid) => http.post<wire.ReportOpened>(`${report(id)}/claim`),
    hideReported: (id: wire.Uuid, body: wire.HideMessage) => http.post<wire.ReportOpened>(`${report(id)}/hide`, body),
    restoreReported: (id: wire.Uuid) => http.post<wire.ReportOpened>(`${report(id)}/restore`),
    stepOut: (id: wire.Uuid, body: wire.StepOut) => http.post<wire.ReportOpened>(`${report(id)}/step-out`, body),
    closeReport: (id: wire.Uuid, body: wire.CloseReport) => http.post<wire.ReportOpened>(`${report(id)}/close`, body),
    openAppeal: (id: wire.Uuid) => http.get<wire.AppealOpened>(appeal(id)),
    decideAppeal: (id: wire.Uuid, body: wire.DecideAppeal) =>
      http.post<wire.AppealOpened>(`${appeal(id)}/decide`, body),

    raise: (body: wire.RaiseEscalation) => http.post<wire.EscalationStatus>('/api/escalations', body),
    escalation: (id: wire.Uuid) => http.get<wire.EscalationStatus>(`/api/escalations/${id}`),
    cancelEscalation: (id: wire.Uuid, body: wire.CancelEscalation) =>
      http.post<wire.EscalationStatus>(`/api/escalations/${id}/cancel`, body),

    askQuestion: (conversation: wire.Uuid) =>
      http.post<wire.ConsentQuestion>(`/api/conversations/${conversation}/question`),
    sayHelped: (id: wire.Uuid, body: wire.SayHelped) =>
      http.post<wire.EscalationStatus>(`/api/escalations/${id}/helped`, body),
    review: (id: wire.Uuid) => http.get<wire.ReviewPage>(`/api/escalations/${id}/review`),
    writeReview: (id: wire.Uuid, body: wire.WriteReview) =>
      http.post<wire.ReviewPage>(`/api/escalations/${id}/review`, body),
    putOffReview: (id: wire.Uuid) => http.post<wire.ReviewPage>(`/api/escalations/${id}/review/put-off`),
    lessons: () => http.get<wire.Lessons>('/api/lessons'),
    takeOffLesson: (id: wire.Uuid) => http.post<wire.Lessons>(`/api/lessons/${id}/take-off`),
    lineWatch: () => http.get<wire.LineWatch>('/api/line/watch'),

    alarms: () => http.get<wire.StandingAlarms>('/api/alarms'),
    onCall: () => http.get<wire.OnCallList>('/api/on-call'),
    onCallPage: (id: wire.Uuid) => http.get<wire.OnCallPage>(page(id)),
    onCallStep: (id: wire.Uuid, step: OnCallStep) => http.post<wire.OnCallPage>(`${page(id)}/${step}`),
    lower: (id: wire.Uuid, body: wire.LowerSeverity) => http.post<wire.OnCallPage>(`${page(id)}/lower`, body),
    resolve: (id: wire.Uuid, body: wire.ResolveEscalation) => http.post<wire.OnCallPage>(`${page(id)}/resolve`, body),
    transcript: (id: wire.Uuid, body: wire.ReadTranscript) =>
      http.post<wire.Transcript>(`${page(id)}/transcript`, body),

    rota: (day?: string) => http.get<wire.RotaWeek>(day ? `/api/rota?week=${day}` : '/api/rota'),
    planShift: (body: wire.PlanShift) => http.post<wire.Fine>('/api/rota/shifts', body),
    replanShift: (id: wire.Uuid, body: wire.PlanShift) => http.put<wire.Fine>(`/api/rota/shifts/${id}`, body),
    endShift: (id: wire.Uuid, body: wire.EndShift) => http.post<wire.Fine>(`/api/rota/shifts/${id}/end`, body),
    changeShift: (id: wire.Uuid, body: wire.ChangeDay) => http.post<wire.Fine>(`/api/rota/shifts/${id}/change`, body),
    askSwap: (body: wire.AskSwap) => http.post<wire.Fine>('/api/rota/swaps', body),
    agreeSwap: (id: wire.Uuid, body: wire.AgreeSwap) => http.post<wire.Fine>(`/api/rota/swaps/${id}/agree`, body),
    endSwap: (id: wire.Uuid) => http.delete<wire.Fine>(`/api/rota/swaps/${id}`),
    takeLeave: (body: wire.TakeLeave) => http.post<wire.Fine>('/api/rota/leave', body),
    endLeave: (id: wire.Uuid) => http.delete<wire.Fine>(`/api/rota/leave/${id}`),
    renewFeed: (body: wire.RenewFeed) => http.post<wire.RotaFeed>('/api/rota/feed', body),
    readCalendar: (body: wire.ReadCalendar) => http.post<wire.CalendarRead>('/api/rota/calendar/look', body),
    bringCalendarIn: (body: wire.BringCalendarIn) => http.post<wire.CalendarKept>('/api/rota/calendar', body),

    staff: () => http.get<wire.Staff>('/api/staff'),
    invite: (body: wire.InviteStaff) => http.post<wire.InvitationMade>('/api/invitations', body),
    takeBackInvitation: (id: wire.Uuid) => http.delete<wire.Fine>(`/api/invitations/${id}`),
    openInvitation: (token: string) => http.get<wire.InvitationOpened>(`/api/invitations/${encodeURIComponent(token)}`),
    acceptInvitation: (token: string, body: wire.AcceptInvitation) =>
      http.post<wire.Me>(`/api/invitations/${encodeURIComponent(token)}`, body),
    giveRole: (account: wire.Uuid, body: wire.ChangeRole) => http.post<wire.Staff>(`/api/staff/${account}/roles`, body),
    takeRole: (account: wire.Uuid, role: wire.Role) => http.delete<wire.Staff>(`/api/staff/${account}/roles/${role}`),
    policy: () => http.get<wire.PolicyPage>('/api/policy'),
    changePolicy: (body: wire.ChangePolicy) => http.put<wire.PolicyPage>('/api/policy', body),
    previewPolicy: (body: wire.PreviewPolicy) => http.post<wire.PolicyPreview>('/api/policy/preview', body),
    restorePolicy: (body: wire.RestorePolicy) => http.post<wire.PolicyPage>('/api/policy/restore', body),
    channels: () => http.get<wire.Channels>('/api/channels'),
    makeChannel: (body: wire.MakeChannel) => http.post<wire.ChannelMade>('/api/channels', body),
    changeChannel: (id: wire.Uuid, body: wire.ChangeChannel) =>
      http.put<wire.ChannelShown>(`/api/channels/${id}`, body),
    retireChannel: (id: wire.Uuid) => http.delete<wire.Channels>(`/api/channels/${id}`),
    exchangeSecret: (id: wire.Uuid, body: wire.ExchangeSecret) =>
      http.post<wire.ChannelMade>(`/api/channels/${id}/exchange`, body),
    endExchange: (id: wire.Uuid) => http.post<wire.ChannelShown>(`/api/channels/${id}/exchange/end`),
    testChannel: (id: wire.Uuid) => http.post<wire.ChannelTried>(`/api/channels/${id}/test`),
    deliveries: (asked: Record<string, string>) =>
      http.get<wire.Deliveries>(`/api/deliveries?${new URLSearchParams(asked).toString()}`),
    sendAgain: (id: wire.Uuid, body: wire.SendAgain) =>
      http.post<wire.DeliveryShown>(`/api/deliveries/${id}/again`, body, { ms: 30_000 }),
    makeGroup: (body: wire.MakeGroup) => http.post<wire.RoomShown>('/api/groups', body),
  }
}
